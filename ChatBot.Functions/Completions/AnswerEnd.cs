using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Completions;

/// <summary>How an answer ended.</summary>
/// <param name="State">As in the database.</param>
/// <param name="FinishReason">One of the protocol's, where the model gave one.</param>
/// <param name="Problem">Why it did not come to its end by itself.</param>
public sealed record AnswerEnd(string State, string? FinishReason = null, ProblemResult? Problem = null, Receipt? Receipt = null)
{
    public const string Finished = "finished";
    public const string Stopped = "stopped";
    public const string Interrupted = "interrupted";
    public const string Failed = "failed";

    public static AnswerEnd OfInterrupted { get; } = new(Interrupted, Problem: new(
        ProblemKind.Interrupted, "The answer was cut off. What arrived is kept; ask the model to go on, or regenerate it."));

    public static AnswerEnd OfStopped { get; } = new(Stopped);

    public static AnswerEnd OfUnstored { get; } = new(Interrupted, Problem: new(
        ProblemKind.Unavailable, "The answer could not be stored yet. It will be; load the chat again in a while.", retryAfter: TimeSpan.FromSeconds(30)));
}

/// <summary>What an answer took, as told with its end. Costs are in <paramref name="Currency"/>.</summary>
/// <param name="Attempts">Calls that the provider may charge for.</param>
/// <param name="Stored">False where the outcome is still being stored.</param>
/// <param name="ContentFilter">What the provider's content filter took out.</param>
/// <param name="Quality"><c>reported</c> by the provider, or <c>estimated</c> later from the text.</param>
public sealed record Receipt(
    string Model,
    int Attempts,
    string Payer,
    string Quality,
    int? InputTokens,
    int? CachedInputTokens,
    int? OutputTokens,
    int? ReasoningTokens,
    decimal? Cost,
    string Currency,
    Guid PriceId,
    int ReservedTokens,
    decimal ReservedCost,
    int? FirstTokenMilliseconds,
    int TotalMilliseconds,
    bool Stored,
    IReadOnlyList<string>? ContentFilter);
