namespace ChatBot.Shared.Usage;

/// <summary>A row of the caller's ledger.</summary>
/// <param name="Purpose"><c>answer</c>, or <c>title</c>: a call behind the scenes.</param>
/// <param name="Quality"><c>reported</c>, <c>estimated</c>, or <c>adjustment</c>: the difference to what became known later.</param>
/// <param name="Payer"><c>platform</c> or <c>own_key</c>.</param>
/// <param name="Cost">In <paramref name="Currency"/>; 0 on an own key.</param>
public sealed record UsageEvent(
    Guid Id,
    Guid CompletionId,
    int Attempt,
    Guid? ChatId,
    string Purpose,
    string Model,
    string Quality,
    string Payer,
    int InputTokens,
    int CachedInputTokens,
    int CacheWriteTokens,
    int OutputTokens,
    int ReasoningTokens,
    decimal Cost,
    string Currency,
    DateTimeOffset OccurredAt);

/// <summary>What the caller used on a day in UTC, per model, purpose and payer.</summary>
public sealed record DailyUsage(
    DateOnly Day,
    string Model,
    string Purpose,
    string Payer,
    long Calls,
    long InputTokens,
    long CachedInputTokens,
    long CacheWriteTokens,
    long OutputTokens,
    long ReasoningTokens,
    decimal Cost);
