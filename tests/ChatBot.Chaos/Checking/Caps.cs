namespace ChatBot.Chaos.Checking;

internal static class Caps
{
    public static Finding Check(Facts facts)
    {
        var wrong = facts.Evidence.Samples.Overshoots
            .Concat(facts.Books.Periods
                .Where(p => p.Tokens > p.TokenCap || p.Cost > p.CostCap || p.OwnKeyTokens > p.OwnKeyTokenCap)
                .Select(p => $"user {p.UserId} at the end: {p.Tokens} of {p.TokenCap} tokens, {p.Cost} of {p.CostCap}"))
            .ToList();
        return new("4a", "used and reserved never exceed a cap", $"{facts.Books.Periods.Count} users, {facts.Evidence.Samples.Count} looks", wrong);
    }
}
