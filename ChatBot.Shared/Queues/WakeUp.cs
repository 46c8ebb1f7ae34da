namespace ChatBot.Shared.Queues;

/// <summary>A queue message: only a wake-up call, the truth is in the database.</summary>
/// <param name="Version">Of this form: 1.</param>
/// <param name="CompletionId">Which completion to look at.</param>
/// <param name="TraceParent">W3C trace context of the request that began it.</param>
/// <param name="HasClaim">Whether its end waits as a blob in <see cref="QueueNames.FinishedAnswers"/>, as the database could not be reached.</param>
public sealed record WakeUp(int Version, Guid CompletionId, string? TraceParent = null, bool HasClaim = false);
