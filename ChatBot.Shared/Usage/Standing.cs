namespace ChatBot.Shared.Usage;

/// <summary>Where a user stands in the current period. Used plus reserved never exceeds a cap.</summary>
/// <param name="Status"><c>open</c>, or <c>blocked</c> until the period resets or the plan changes.</param>
/// <param name="Tokens">Input and output tokens paid by the platform.</param>
/// <param name="Cost">In the currency of the prices.</param>
/// <param name="DailyTokens">The tokens of the current day in UTC.</param>
/// <param name="DailyCost">The cost of the current day in UTC.</param>
/// <param name="OwnKeyTokens">Tokens on the user's own key, counted against a cap of their own.</param>
/// <param name="LiveCompletions">The completions that hold the reservations.</param>
public sealed record Standing(
    string Plan,
    string Status,
    DateTimeOffset PeriodStart,
    DateTimeOffset ResetsAt,
    CapStanding Tokens,
    CapStanding Cost,
    CapStanding DailyTokens,
    CapStanding DailyCost,
    CapStanding OwnKeyTokens,
    IReadOnlyList<Guid> LiveCompletions);

/// <summary>Tokens or cost against a cap; no cap is null, and so is what remains of it.</summary>
public sealed record CapStanding(decimal Used, decimal Reserved, decimal? Cap, DateTimeOffset ResetsAt)
{
    public decimal? Remaining => Cap is { } cap ? Math.Max(0, cap - Used - Reserved) : null;
}
