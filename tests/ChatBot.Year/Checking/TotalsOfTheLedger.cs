using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>Totals per day, per period and of the whole deployment are the sums of the ledger.</summary>
internal static class TotalsOfTheLedger
{
    public static Finding Check(YearEvidence evidence)
    {
        var (books, wrong) = (evidence.Books, new List<string>());
        var days = books.Ledger.GroupBy(e => (e.UserId, e.Day, e.Model, e.Payer)).ToDictionary(g => g.Key, Sum.Of);
        var rollup = books.Days.GroupBy(d => (d.UserId, d.Day, d.Model, d.Payer)).ToDictionary(g => g.Key, g => g.Aggregate(default(Sum), (a, d) => a + d.Sum));
        wrong.AddRange(days.Keys.Union(rollup.Keys)
            .Where(key => days.GetValueOrDefault(key) != rollup.GetValueOrDefault(key))
            .Select(key => $"{key}: the day says {rollup.GetValueOrDefault(key)}, the ledger {days.GetValueOrDefault(key)}"));

        var ledger = books.Ledger.ToLookup(e => (e.UserId, e.PeriodStart));
        foreach (var period in books.Periods)
        {
            var rows = ledger[(period.UserId, period.Start)].ToList();
            var sum = (rows.Where(e => e.IsPlatform).Sum(e => e.Tokens), rows.Sum(e => e.Cost), rows.Where(e => !e.IsPlatform).Sum(e => e.Tokens));
            if (sum != (period.Tokens, period.Cost, period.OwnKeyTokens))
            {
                wrong.Add($"user {period.UserId} from {period.Start:u}: the period says {(period.Tokens, period.Cost, period.OwnKeyTokens)}, the ledger {sum}");
            }
        }

        foreach (var month in books.Deployment)
        {
            var rows = books.Ledger.Where(e => e.IsPlatform && (e.Day.Year, e.Day.Month) == (month.Month.Year, month.Month.Month)).ToList();
            if ((rows.Sum(e => e.Tokens), rows.Sum(e => e.Cost)) != (month.Tokens, month.Cost))
            {
                wrong.Add($"all users in {month.Month:yyyy-MM}: {(month.Tokens, month.Cost)}, the ledger {(rows.Sum(e => e.Tokens), rows.Sum(e => e.Cost))}");
            }
        }

        return new(
            "3", "totals are the sums of the ledger", $"{books.Days.Count} days, {books.Periods.Count} periods, {books.Deployment.Count} months of all users", wrong);
    }
}
