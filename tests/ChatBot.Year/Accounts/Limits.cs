namespace ChatBot.Year.Accounts;

/// <summary>Caps of a period; null is none, or that of the plan.</summary>
public sealed record Limits(long? Tokens, decimal? Cost, long? OwnKeyTokens)
{
    public Limits Under(Limits plan) => new(Tokens ?? plan.Tokens, Cost ?? plan.Cost, OwnKeyTokens ?? plan.OwnKeyTokens);
}

/// <summary>The plan that a user is on, and what differs for them.</summary>
public sealed record Terms(string PlanId, Limits Own);
