using ChatBot.Chaos.Checking;
using ChatBot.Year.Accounts;

namespace ChatBot.Year.Checking;

/// <summary>A user is warned once per period and cap when 80 or all of its 100 % are used, and only then.</summary>
internal static class Warnings
{
    // Limits that change in these last days of a period, or until it is closed, may or may not have been looked at in time.
    private static readonly TimeSpan s_before = TimeSpan.FromDays(2);
    private static readonly TimeSpan s_after = TimeSpan.FromDays(5);

    public static Finding Check(YearEvidence evidence)
    {
        var wrong = new List<string>();
        wrong.AddRange(evidence.Books.Alerts.GroupBy(a => a).Where(g => g.Count() > 1).Select(g => $"{g.Count()} × {g.Key}"));
        var raised = evidence.Books.Alerts.ToLookup(a => (a.UserId, a.PeriodStart, a.Cap), a => a.Percent);
        var ledger = evidence.Books.Ledger.ToLookup(e => (e.UserId, e.PeriodStart));
        var due = 0;
        foreach (var period in evidence.Books.Periods)
        {
            var inForce = evidence.Limits.Within(period.UserId, period.End - s_before, period.End + s_after);
            var everInForce = evidence.Limits.Within(period.UserId, period.Start, DateTimeOffset.MaxValue);
            foreach (var (cap, used, most, limitOf) in Caps(period, ledger[(period.UserId, period.Start)].ToList()))
            {
                var told = raised[(period.UserId, period.Start, cap)].ToList();
                var percent = Reached(used, Bound(inForce, limitOf, isHighest: true));
                due += percent > 0 ? 1 : 0;
                // Who reached the cap at once is told only that.
                if (percent > told.DefaultIfEmpty(0).Max())
                {
                    wrong.Add($"user {period.UserId} from {period.Start:u}: {used} of the {cap} cap, and no warning of {percent} %");
                }

                wrong.AddRange(told
                    .Where(t => t > Reached(most, Bound(everInForce, limitOf, isHighest: false)))
                    .Select(t => $"user {period.UserId} from {period.Start:u} was warned of {t} % of the {cap} cap, and only {most} were used"));
            }
        }

        return new("9", "who nears a cap is warned, once", $"{evidence.Books.Alerts.Count} warnings, {due} caps nearly or wholly used", wrong);
    }

    /// <summary>What is used of each cap in the end, and at the most at any moment.</summary>
    private static IEnumerable<(string Cap, decimal Used, decimal Most, Func<Limits, decimal?> LimitOf)> Caps(PeriodTotals period, List<LedgerRow> rows) =>
    [
        ("tokens", period.Tokens, rows.Where(e => e.IsPlatform).Sum(e => Math.Max(e.Tokens, 0)), l => l.Tokens),
        ("cost", period.Cost, rows.Sum(e => Math.Max(e.Cost, 0)), l => l.Cost),
        ("own_key_tokens", period.OwnKeyTokens, rows.Where(e => !e.IsPlatform).Sum(e => Math.Max(e.Tokens, 0)), l => l.OwnKeyTokens),
    ];

    private static decimal Bound(IReadOnlyList<Limits> inForce, Func<Limits, decimal?> limitOf, bool isHighest)
    {
        var limits = inForce.Select(l => limitOf(l) ?? decimal.MaxValue);
        return isHighest ? limits.Max() : limits.Min();
    }

    private static int Reached(decimal used, decimal limit) => used <= 0 || limit == decimal.MaxValue ? 0 : used >= limit ? 100 : used * 100 >= limit * 80 ? 80 : 0;
}
