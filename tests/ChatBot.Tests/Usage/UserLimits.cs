namespace ChatBot.Tests.Usage;

/// <summary>What differs for a user from the default plan; null is as there.</summary>
public sealed record UserLimits
{
    public string Plan { get; init; } = "free";

    public long? Tokens { get; init; }

    public decimal? Cost { get; init; }

    public long? OwnKeyTokens { get; init; }

    public long? DailyTokens { get; init; }

    public decimal? DailyCost { get; init; }

    public int? AnchorDay { get; init; }

    public int MaxOutput { get; init; } = 100;

    public string? Blocked { get; init; }
}
