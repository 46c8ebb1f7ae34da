using ChatBot.Functions.Problems;
using ChatBot.Shared.Completions;

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

    public static AnswerEnd OfDeleted { get; } = new(Stopped, Problem: new(
        ProblemKind.NotFound, "The answer was deleted, by itself or with its chat. What it used until then is charged."));

    public static AnswerEnd OfUnstored { get; } = new(Interrupted, Problem: new(
        ProblemKind.Unavailable, "The answer could not be stored yet. It will be; load the chat again in a while.", retryAfter: TimeSpan.FromSeconds(30)));
}
