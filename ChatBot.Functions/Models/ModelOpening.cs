namespace ChatBot.Functions.Models;

/// <summary>What became of a call up to its first token.</summary>
public readonly record struct ModelOpening(ModelCall? Call, ModelFailure? Failure)
{
    public static implicit operator ModelOpening(ModelFailure failure) => new(null, failure);
}
