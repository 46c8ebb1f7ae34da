using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>
/// A user is told once per cap and period or day when 80 % of it are used, and when it is reached: the smallest send no longer fits, or one
/// was refused for it; and only then.
/// </summary>
internal static class Warnings
{
    private const string Warning = "cap_warning";
    private const string Reached = "cap_reached";

    // Limits that change in these last days of a period, or until it is closed, may or may not have been looked at in time. A refusal
    // is written a second later, and by then the clock may have moved on by some days.
    private static readonly TimeSpan s_before = TimeSpan.FromDays(2);
    private static readonly TimeSpan s_after = TimeSpan.FromDays(5);

    public static Finding Check(YearEvidence evidence)
    {
        var alerts = evidence.Books.Alerts;
        var wrong = new List<string>();
        wrong.AddRange(alerts.GroupBy(a => a).Where(g => g.Count() > 1).Select(g => $"{g.Count()} × {g.Key}"));
        var told = alerts.ToLookup(a => (a.UserId, a.Starts, a.Cap), a => a.Kind);
        var refused = evidence.Books.Refusals.ToLookup(r => (r.UserId, r.Cap), r => r.Day);
        var counted = CapUse.Of(evidence.Books, SmallestSend.Of(evidence.Books.Prices)).ToList();
        var due = 0;
        foreach (var cap in counted)
        {
            var inForce = evidence.Limits.Within(cap.UserId, cap.Ends - s_before, cap.Ends + s_after);
            var everInForce = evidence.Limits.Within(cap.UserId, cap.Starts, DateTimeOffset.MaxValue);
            var kinds = told[(cap.UserId, cap.Starts, cap.Cap)].ToList();
            var mustBe = Level(cap.Used, cap.Bound(inForce, isHighest: true), cap.LeastNeeded);
            due += mustBe is null ? 0 : 1;
            // Who reached the cap at once is told only that.
            if ((mustBe == Reached && !kinds.Contains(Reached)) || (mustBe == Warning && kinds.Count == 0))
            {
                wrong.Add($"{cap}: {cap.Used} are used, and no {mustBe}");
            }

            var mayBe = Level(cap.Most, cap.Bound(everInForce, isHighest: false), cap.MostNeeded);
            var wasRefused = refused[(cap.UserId, cap.Cap)].Any(day => IsWithin(day, cap.Starts, cap.Ends + s_after));
            wrong.AddRange(kinds
                .Where(kind => kind == Reached ? mayBe != Reached && !wasRefused : mayBe is null)
                .Select(kind => $"{cap}: a {kind}, and only {cap.Most} were used"));
        }

        var known = counted.Select(c => (c.UserId, c.Starts, c.Cap)).ToHashSet();
        // Whose first send is refused has used nothing.
        wrong.AddRange(alerts
            .Where(a => !known.Contains((a.UserId, a.Starts, a.Cap)))
            .Where(a => a.Kind != Reached || !refused[(a.UserId, a.Cap)].Any(day => IsWithin(day, a.Starts, a.Starts.AddDays(62))))
            .Select(a => $"{a}: nothing was used or refused"));
        wrong.AddRange(evidence.Books.Refusals
            .Where(r => !alerts.Any(a => a.UserId == r.UserId && a.Cap == r.Cap && a.Kind == Reached && IsWithin(r.Day, a.Starts, a.Starts.AddDays(62))))
            .Select(r => $"{r}: nobody was told that the cap is reached"));
        return new(
            "9",
            "who nears a cap or reaches it is told, once",
            $"{alerts.Count} alerts, {due} caps nearly or wholly used, {evidence.Books.Refusals.Count} days with refusals",
            wrong);
    }

    private static string? Level(decimal used, decimal limit, decimal needed) =>
        used <= 0 || limit == decimal.MaxValue ? null
        : limit - used < needed ? Reached
        : used * 100 >= limit * 80 ? Warning
        : null;

    private static bool IsWithin(DateOnly day, DateTime starts, DateTime ends) =>
        day >= DateOnly.FromDateTime(starts) && day <= DateOnly.FromDateTime(ends);
}
