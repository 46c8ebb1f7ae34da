namespace ChatBot.Functions.Models;

/// <summary>What became of a call up to its first token.</summary>
public readonly record struct FirstChunk(ModelCall? Call, ModelFailure? Failure)
{
    public static implicit operator FirstChunk(ModelFailure failure) => new(null, failure);
}
