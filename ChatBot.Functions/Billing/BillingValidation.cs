using ChatBot.Functions.Http;
using ChatBot.Shared.Billing;

namespace ChatBot.Functions.Billing;

/// <summary>What figures of plans and prices may be; the tables check the same.</summary>
internal static class BillingValidation
{
    private const long MaxTokens = 1_000_000_000_000_000;
    private const long MaxBytes = 1_000_000_000_000_000;
    private const decimal MaxCost = 1_000_000_000_000m;
    private const decimal MaxPrice = 1_000_000m;
    private const int MaxDecimals = 12;

    private static readonly string[] s_caps = ["tokenCap", "costCap", "ownKeyTokenCap", "dailyTokenCap", "dailyCostCap"];

    /// <summary>A plan that is put must say of each limit what it is: what is only forgotten would be no limit at all.</summary>
    public static Validation NamesLimits(this Validation validation, IReadOnlySet<string> named, params ReadOnlySpan<string> others) =>
        validation.Names(named, [.. s_caps, .. others]);

    public static Validation Names(this Validation validation, IReadOnlySet<string> named, params ReadOnlySpan<string> members)
    {
        foreach (var member in members)
        {
            validation.Check(member, named.Contains(member), "must be named, with null for none; PATCH leaves as it is what it does not name");
        }

        return validation;
    }

    public static Validation Caps(
        this Validation validation, long? tokens, decimal? cost, long? ownKeyTokens = null, long? dailyTokens = null, decimal? dailyCost = null) => validation
            .Tokens("tokenCap", tokens)
            .Cost("costCap", cost)
            .Tokens("ownKeyTokenCap", ownKeyTokens)
            .Tokens("dailyTokenCap", dailyTokens)
            .Cost("dailyCostCap", dailyCost);

    public static Validation Limits(
        this Validation validation, int? anchorDay, int? requestsPerMinute, int? concurrentStreams, int? maxOutputTokens = null) => validation
            .Check("periodAnchorDay", anchorDay is null or (>= 1 and <= 31), "must be a day of the month, 1 to 31")
            .Check("requestsPerMinute", requestsPerMinute is null or (>= 1 and <= 1_000_000), "must be from 1 to 1,000,000")
            .Check("concurrentStreams", concurrentStreams is null or (>= 1 and <= 1_000_000), "must be from 1 to 1,000,000")
            .Check("maxOutputTokens", maxOutputTokens is null or (>= 1 and <= 10_000_000), "must be from 1 to 10,000,000");

    public static Validation Quotas(this Validation validation, Plan plan) => validation
        .Check("maxChats", plan.MaxChats >= 0, "must not be negative")
        .Check("maxMessagesPerChat", plan.MaxMessagesPerChat >= 0, "must not be negative")
        .Check("maxStoredBytes", plan.MaxStoredBytes is >= 0 and <= MaxBytes, "must be bytes from 0 to 10^15");

    public static Validation Price(this Validation validation, string field, decimal? price) => validation.Check(
        field, price is >= 0 and <= MaxPrice && HasFewDecimals(price), $"must be a price per million tokens, up to 1,000,000 and with up to {MaxDecimals} decimals");

    private static Validation Tokens(this Validation validation, string field, long? tokens) =>
        validation.Check(field, tokens is null or (>= 0 and <= MaxTokens), "must be tokens from 0 to 10^15, or null for no cap");

    private static Validation Cost(this Validation validation, string field, decimal? cost) => validation.Check(
        field, cost is null || (cost is >= 0 and <= MaxCost && HasFewDecimals(cost)), $"must be from 0 to 10^12 with up to {MaxDecimals} decimals, or null for no cap");

    private static bool HasFewDecimals(decimal? number) => number is { } some && decimal.Round(some, MaxDecimals) == some;
}
