namespace ChatBot.Chaos.Checking;

internal static class Caps
{
    public static Finding Check(Facts facts)
    {
        // What was found out when its reservation was gone could be kept under no cap.
        var late = facts.Books.Ledger.Where(e => e.IsAdjustment).GroupBy(e => (e.UserId, e.PeriodStart))
            .ToDictionary(g => g.Key, g => (Tokens: g.Sum(e => Math.Max(e.Tokens, 0)), Cost: g.Sum(e => Math.Max(e.Cost, 0))));
        var wrong = facts.Evidence.Samples.Overshoots
            .Concat(facts.Books.Periods
                .Where(p => late.GetValueOrDefault((p.UserId, p.PeriodStart)) is var (tokens, cost)
                    && (p.Tokens - tokens > p.TokenCap || p.Cost - cost > p.CostCap || p.OwnKeyTokens - tokens > p.OwnKeyTokenCap))
                .Select(p => $"user {p.UserId} at the end: {p.Tokens} of {p.TokenCap} tokens, {p.Cost} of {p.CostCap}"))
            .ToList();
        return new("4a", "used and reserved never exceed a cap", $"{facts.Books.Periods.Count} users, {facts.Evidence.Samples.Count} looks, {late.Values.Sum(l => l.Tokens)} tokens found out late", wrong);
    }
}
