using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Models;

/// <summary>The head of a model's answer: what is to come of it, or why there is nothing.</summary>
public readonly record struct ModelResponse(ModelAnswer? Answer, ModelFailure? Failure)
{
    public static implicit operator ModelResponse(ModelFailure failure) => new(null, failure);
}

/// <summary>An answer that the model has begun.</summary>
/// <param name="Body">What it is read from.</param>
public sealed record ModelAnswer(IAsyncEnumerable<ModelChunk> Chunks, Stream Body) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Body.DisposeAsync();
}

/// <summary>Why a call gave no token.</summary>
/// <param name="WasTaken">Whether the model took the request, or may have, so that the provider may charge for its prompt.</param>
/// <param name="IsOutage">Whether it says that the endpoint is ill, and not just busy.</param>
/// <param name="RetryAfter">How long the endpoint asks to be left alone.</param>
public sealed record ModelFailure(
    ModelFault Fault, ProblemResult Problem, bool WasTaken = false, bool IsOutage = false, TimeSpan? RetryAfter = null)
{
    /// <summary>What it is counted as: the endpoint's status where it answered.</summary>
    public string ErrorType { get; init; } = Problem.Kind.Code;
}

public enum ModelFault
{
    /// <summary>The request is at fault: nobody else need be asked.</summary>
    Rejected,

    /// <summary>This model cannot be had: another may.</summary>
    Unavailable,

    /// <summary>The same again may succeed in a moment.</summary>
    Transient,
}
