namespace ChatBot.Shared.Billing;

/// <summary>What users may use; caps of null are none.</summary>
/// <param name="Id">Lower-case letters, digits, <c>-</c> and <c>_</c>, at most 50; in a body it is taken from the path.</param>
/// <param name="IsDefault">Whether it is for everybody who has no other. To change it, make another plan the default.</param>
/// <param name="TokenCap">Input and output tokens per period.</param>
/// <param name="CostCap">Per period, in the currency of the prices.</param>
/// <param name="OwnKeyTokenCap">Tokens on a user's own key per period.</param>
/// <param name="DailyTokenCap">Per day in UTC.</param>
/// <param name="DailyCostCap">Per day in UTC.</param>
/// <param name="PeriodAnchorDay">The day of the month (1 to 31) on which periods begin; the last of a shorter month.</param>
/// <param name="MaxOutputTokens">Of one answer, reasoning included.</param>
/// <param name="MaxChats">Of a user.</param>
/// <param name="MaxMessagesPerChat">Those that were edited away or answered anew are counted, too.</param>
/// <param name="MaxStoredBytes">Of a user's titles, system prompts and messages, in UTF-8.</param>
/// <param name="ModelsAllowed">Null is every model that has a price.</param>
/// <param name="StopsAtCap">Whether running answers are stopped when a cap is reached.</param>
public sealed record Plan(
    string? Id = null,
    string? Name = null,
    bool IsDefault = false,
    long? TokenCap = null,
    decimal? CostCap = null,
    long? OwnKeyTokenCap = null,
    long? DailyTokenCap = null,
    decimal? DailyCostCap = null,
    int PeriodAnchorDay = 1,
    int RequestsPerMinute = 60,
    int ConcurrentStreams = 4,
    int MaxOutputTokens = 4096,
    int MaxChats = 100_000,
    int MaxMessagesPerChat = 100_000,
    long MaxStoredBytes = 10_737_418_240,
    IReadOnlyList<string>? ModelsAllowed = null,
    bool StopsAtCap = false);

/// <summary>Which plan a user is on, and what differs for them; null is as in the plan.</summary>
/// <param name="BlockedReason">Blocks the account; the user reads it (1 to 200 characters).</param>
public sealed record UserPlan(
    string? PlanId = null,
    long? TokenCap = null,
    decimal? CostCap = null,
    long? OwnKeyTokenCap = null,
    long? DailyTokenCap = null,
    decimal? DailyCostCap = null,
    int? PeriodAnchorDay = null,
    int? RequestsPerMinute = null,
    int? ConcurrentStreams = null,
    int? MaxOutputTokens = null,
    string? BlockedReason = null);

/// <summary>What all users may use together in a calendar month in UTC; null is no limit.</summary>
public sealed record DeploymentLimits(
    long? TokenCap = null,
    decimal? CostCap = null,
    int? RequestsPerMinute = null,
    int? ConcurrentStreams = null);
