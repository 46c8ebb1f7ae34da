using ChatBot.Shared.Usage;

namespace ChatBot.Shared.Billing;

/// <summary>A user in one of their periods: what they used, and what limits said to it.</summary>
/// <param name="Plan">As it is now, like the caps.</param>
/// <param name="Status"><c>open</c>, <c>blocked</c> by a cap of the period, or <c>closed</c>.</param>
/// <param name="BlockedReason">Why an operator blocked the account; null where nobody did.</param>
/// <param name="Tokens">Input and output tokens paid by the platform.</param>
/// <param name="Cost">In the currency of the prices.</param>
/// <param name="OwnKeyTokens">Tokens on the user's own key.</param>
/// <param name="Refusals">What limits refused on the days of the period, the latest first.</param>
public sealed record PeriodUser(
    Guid UserId,
    string Plan,
    string Status,
    string? BlockedReason,
    DateTimeOffset PeriodStart,
    DateTimeOffset PeriodEnd,
    CapUsage Tokens,
    CapUsage Cost,
    CapUsage OwnKeyTokens,
    IReadOnlyList<RefusalCount> Refusals);
