namespace ChatBot.Shared.Completions;

/// <summary>
/// How a completion ended, whole, as it waits in a blob (JSON, named by the completion's id) until the database can be reached.
/// </summary>
/// <param name="Version">Of this form: 1.</param>
/// <param name="CompletionId">Also the id of the assistant message.</param>
/// <param name="Epoch">The lease under which it was written.</param>
/// <param name="State"><c>finished</c>, <c>stopped</c>, <c>interrupted</c> or <c>failed</c>.</param>
/// <param name="ErrorCode">A problem code, where it did not come to its end by itself.</param>
/// <param name="ContentFilter">What the provider's content filter objected to.</param>
/// <param name="WasCalled">Whether a model took the call, so that it is metered.</param>
/// <param name="Text">The whole text, at most 1 MiB of UTF-8.</param>
/// <param name="InputTokens">What the call is charged by; the five counts are there together or not at all.</param>
/// <param name="UsageQuality"><c>reported</c> by the provider or <c>estimated</c>; there with the counts.</param>
/// <param name="RejectedReport">What the provider reported and was not possible, as JSON.</param>
/// <param name="Receipt">Null where the call has no message.</param>
public sealed record FinishedAnswer(
    int Version,
    Guid CompletionId,
    int Epoch,
    string State,
    string? FinishReason,
    string? ErrorCode,
    IReadOnlyList<string>? ContentFilter,
    bool WasCalled,
    string Text,
    int? InputTokens,
    int? CachedInputTokens,
    int? CacheWriteTokens,
    int? OutputTokens,
    int? ReasoningTokens,
    string? UsageQuality,
    string? RejectedReport,
    Receipt? Receipt,
    DateTimeOffset? FirstTokenAt);
