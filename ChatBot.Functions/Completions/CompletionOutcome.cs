using ChatBot.Functions.Problems;
using ChatBot.Shared.Completions;

namespace ChatBot.Functions.Completions;

/// <summary>How an answer ended.</summary>
/// <param name="State">One of <see cref="CompletionState"/>.</param>
/// <param name="FinishReason">One of the protocol's, where the model gave one.</param>
/// <param name="Problem">Why it did not come to its end by itself.</param>
public sealed record CompletionOutcome(string State, string? FinishReason = null, ProblemResult? Problem = null, Receipt? Receipt = null)
{
    public static CompletionOutcome Interrupted { get; } = new(CompletionState.Interrupted, Problem: new(
        ProblemKind.Interrupted, "The answer was interrupted. The text so far is kept; ask the model to continue, or regenerate the answer."));

    public static CompletionOutcome Stopped { get; } = new(CompletionState.Stopped);

    public static CompletionOutcome Deleted { get; } = new(CompletionState.Stopped, Problem: new(
        ProblemKind.NotFound, "The answer or its chat was deleted. Its usage until then is charged."));

    public static CompletionOutcome Unstored { get; } = new(CompletionState.Interrupted, Problem: new(
        ProblemKind.Unavailable, "The answer could not be stored yet, but will be. Load the chat again later.", retryAfter: TimeSpan.FromSeconds(30)));
}

/// <summary>How a completion ended, as in the database.</summary>
public static class CompletionState
{
    public const string Finished = "finished";
    public const string Stopped = "stopped";
    public const string Interrupted = "interrupted";
    public const string Failed = "failed";
}
