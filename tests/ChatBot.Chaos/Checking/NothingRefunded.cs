namespace ChatBot.Chaos.Checking;

internal static class NothingRefunded
{
    public static Finding Check(Facts facts)
    {
        var adjusted = facts.Books.Ledger.Where(e => e.IsAdjustment).GroupBy(e => e.UserId).ToDictionary(g => g.Key, g => g.Sum(e => (long)e.Tokens));
        var sums = facts.Books.Periods.GroupBy(p => p.UserId)
            .ToDictionary(g => g.Key, g => g.Sum(p => p.Tokens + p.OwnKeyTokens) - adjusted.GetValueOrDefault(g.Key));
        var wrong = facts.Evidence.Samples.Decreases
            .Concat(facts.Evidence.Samples.Sums
                .Where(s => sums.GetValueOrDefault(s.Key) < s.Value)
                .Select(s => $"user {s.Key}: {s.Value} tokens became {sums.GetValueOrDefault(s.Key)}"));
        return new("6", "deleting refunds nothing", $"{facts.Evidence.Deletions.Count(d => d.IsKnown)} deletions, {facts.Evidence.Samples.Sums.Count} users", [.. wrong]);
    }
}
