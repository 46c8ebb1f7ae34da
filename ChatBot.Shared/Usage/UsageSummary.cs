namespace ChatBot.Shared.Usage;

/// <summary>Where a user stands in the current period. Used plus reserved never exceeds a cap.</summary>
/// <param name="Status">
/// <c>open</c>, or <c>blocked</c>: the account is, or a cap of the period is reached, until the period resets or the plan changes. What
/// still fits is admitted.
/// </param>
/// <param name="Tokens">Input and output tokens paid by the platform.</param>
/// <param name="Cost">In the currency of the prices.</param>
/// <param name="DailyTokens">The tokens of the current day in UTC.</param>
/// <param name="DailyCost">The cost of the current day in UTC.</param>
/// <param name="OwnKeyTokens">Tokens on the user's own key, counted against a cap of their own.</param>
/// <param name="LiveCompletions">The completions that hold the reservations.</param>
/// <param name="Refusals">What limits refused in this period, the latest first.</param>
public sealed record UsageSummary(
    string Plan,
    string Status,
    DateTimeOffset PeriodStart,
    DateTimeOffset ResetsAt,
    CapUsage Tokens,
    CapUsage Cost,
    CapUsage DailyTokens,
    CapUsage DailyCost,
    CapUsage OwnKeyTokens,
    IReadOnlyList<Guid> LiveCompletions,
    IReadOnlyList<RefusalCount> Refusals);

/// <summary>Tokens or cost against a cap; no cap is null, and so is what remains of it.</summary>
/// <param name="IsReached">Whether the smallest send no longer fits, or a send was refused as too much of the cap is used.</param>
public sealed record CapUsage(decimal Used, decimal Reserved, decimal? Cap, DateTimeOffset ResetsAt, bool IsReached)
{
    public decimal? Remaining => Cap is { } cap ? Math.Max(0, cap - Used - Reserved) : null;
}

/// <summary>Requests that one limit refused. They are counted about a second later.</summary>
/// <param name="Kind">
/// <c>cap</c>: used up; <c>reserved</c>: held by running answers; <c>rate</c>, <c>streams</c>, <c>quota</c>, <c>blocked</c>, <c>model</c>.
/// </param>
/// <param name="Cap">Which cap; null where the limit is none.</param>
public sealed record RefusalCount(string Kind, string? Cap, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);
