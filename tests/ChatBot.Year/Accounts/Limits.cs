namespace ChatBot.Year.Accounts;

/// <summary>Caps of a period and of a day; null is none, or that of the plan.</summary>
public sealed record Limits(long? Tokens, decimal? Cost, long? OwnKeyTokens, long? DailyTokens = null)
{
    public Limits Under(Limits plan) =>
        new(Tokens ?? plan.Tokens, Cost ?? plan.Cost, OwnKeyTokens ?? plan.OwnKeyTokens, DailyTokens ?? plan.DailyTokens);
}

/// <summary>The plan that a user is on, and what differs for them.</summary>
public sealed record Terms(string PlanId, Limits Own);
