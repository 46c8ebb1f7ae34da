namespace ChatBot.Chaos.Checking;

/// <summary>Totals are the sums of the ledger, and nothing is reserved or drafted any more.</summary>
internal static class Totals
{
    public static Finding Check(Facts facts)
    {
        var books = facts.Books;
        var wrong = new List<string>();
        var periods = books.Ledger.GroupBy(e => (e.UserId, e.PeriodStart)).ToDictionary(
            g => g.Key,
            g => (Tokens: g.Where(e => e.Payer == "platform").Sum(e => (long)e.Tokens), Cost: g.Sum(e => e.Cost), OwnKey: g.Where(e => e.Payer == "own_key").Sum(e => (long)e.Tokens)));
        foreach (var period in books.Periods)
        {
            periods.Remove((period.UserId, period.PeriodStart), out var sum);
            if (sum != (period.Tokens, period.Cost, period.OwnKeyTokens))
            {
                wrong.Add($"user {period.UserId}: the period says {(period.Tokens, period.Cost, period.OwnKeyTokens)}, the ledger {sum}");
            }
        }

        wrong.AddRange(periods.Select(p => $"user {p.Key.UserId} has ledger rows and no period"));
        var days = books.Ledger.GroupBy(e => new DailyKey(e.UserId, e.Day, e.Model, e.Purpose, e.Payer)).ToDictionary(g => g.Key, Sum);
        foreach (var day in books.Daily)
        {
            if (!days.Remove(day.Key, out var sum) || sum != day)
            {
                wrong.Add($"{day.Key}: the day says {day}, the ledger {sum}");
            }
        }

        wrong.AddRange(days.Keys.Select(key => $"{key} has ledger rows and no day"));
        wrong.AddRange(books.Reservations.Select(r => $"completion {r.CompletionId} still holds a reservation"));
        wrong.AddRange(books.Drafts.Select(id => $"completion {id} still has a draft"));
        return new("5", "totals are the sums of the ledger", $"{books.Periods.Count} periods, {books.Daily.Count} days, {books.Ledger.Count} ledger rows", wrong);
    }

    private static DailyRow Sum(IGrouping<DailyKey, UsageEventRow> rows) => new(
        rows.Key,
        rows.Count(e => !e.IsAdjustment),
        rows.Sum(e => (long)e.Input),
        rows.Sum(e => (long)e.CachedInput),
        rows.Sum(e => (long)e.CacheWrite),
        rows.Sum(e => (long)e.Output),
        rows.Sum(e => (long)e.Reasoning),
        rows.Sum(e => e.Cost));
}
