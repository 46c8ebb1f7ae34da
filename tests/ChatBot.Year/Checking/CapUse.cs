using ChatBot.Year.Accounts;

namespace ChatBot.Year.Checking;

/// <summary>What a user used of a cap in a period or on a day.</summary>
/// <param name="Used">In the end.</param>
/// <param name="Most">At the most at any moment.</param>
/// <param name="LeastNeeded">By the smallest send, when it was cheapest.</param>
internal sealed record CapUse(
    Guid UserId, string Cap, DateTime Starts, DateTime Ends, decimal Used, decimal Most, decimal LeastNeeded, decimal MostNeeded, Func<Limits, decimal?> LimitOf)
{
    public static IEnumerable<CapUse> Of(YearBooks books, SmallestSend smallest)
    {
        var ledger = books.Ledger.ToLookup(e => (e.UserId, e.PeriodStart));
        foreach (var period in books.Periods)
        {
            var rows = ledger[(period.UserId, period.Start)].ToList();
            yield return OfTokens("tokens", period.Tokens, rows.Where(e => e.IsPlatform), l => l.Tokens);
            yield return new(
                period.UserId, "cost", period.Start, period.End, period.Cost, rows.Sum(e => Math.Max(e.Cost, 0)), smallest.LeastCost, smallest.MostCost, l => l.Cost);
            yield return OfTokens("own_key_tokens", period.OwnKeyTokens, rows.Where(e => !e.IsPlatform), l => l.OwnKeyTokens);

            CapUse OfTokens(string cap, long used, IEnumerable<LedgerRow> of, Func<Limits, decimal?> limitOf) => new(
                period.UserId, cap, period.Start, period.End, used, of.Sum(e => Math.Max(e.Tokens, 0)), SmallestSend.Tokens, SmallestSend.Tokens, limitOf);
        }

        foreach (var day in books.Ledger.Where(e => e.IsPlatform).GroupBy(e => (e.UserId, e.Day)))
        {
            var starts = day.Key.Day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
            yield return new(
                day.Key.UserId, "daily_tokens", starts, starts.AddDays(1), day.Sum(e => e.Tokens), day.Sum(e => Math.Max(e.Tokens, 0)),
                SmallestSend.Tokens, SmallestSend.Tokens, l => l.DailyTokens);
        }
    }

    public decimal Bound(IReadOnlyList<Limits> inForce, bool isHighest)
    {
        var limits = inForce.Select(l => LimitOf(l) ?? decimal.MaxValue);
        return isHighest ? limits.Max() : limits.Min();
    }

    public override string ToString() => $"{Cap} of user {UserId} from {Starts:u}";
}
