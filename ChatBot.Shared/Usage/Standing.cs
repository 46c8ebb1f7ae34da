namespace ChatBot.Shared.Usage;

/// <summary>Where a user stands in the current period. Used plus reserved never exceeds a cap.</summary>
/// <param name="Status"><c>open</c>, or <c>blocked</c> until the period resets or the plan changes.</param>
/// <param name="Tokens">Input and output tokens paid by the platform.</param>
/// <param name="Cost">In the currency of the prices.</param>
/// <param name="OwnKeyTokens">Tokens on the user's own key, counted against a cap of their own.</param>
/// <param name="LiveCompletions">The completions that hold the reservations.</param>
public sealed record Standing(
    string Plan,
    string Status,
    DateTimeOffset PeriodStart,
    DateTimeOffset ResetsAt,
    TokenStanding Tokens,
    CostStanding Cost,
    TokenStanding OwnKeyTokens,
    IReadOnlyList<Guid> LiveCompletions);

/// <summary>Tokens against a cap; no cap is null, and so is what remains of it.</summary>
public sealed record TokenStanding(long Used, long Reserved, long? Cap)
{
    public long? Remaining => Cap is { } cap ? Math.Max(0, cap - Used - Reserved) : null;
}

/// <summary>Cost against a cap; no cap is null, and so is what remains of it.</summary>
public sealed record CostStanding(decimal Used, decimal Reserved, decimal? Cap)
{
    public decimal? Remaining => Cap is { } cap ? Math.Max(0, cap - Used - Reserved) : null;
}
