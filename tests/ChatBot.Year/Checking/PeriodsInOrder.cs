using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>A user's periods do not overlap, every call lies in one, and counts to it, or to a later one.</summary>
internal static class PeriodsInOrder
{
    // What was admitted in the last moment of a day.
    private const double LastMoment = 0.2;

    public static Finding Check(YearEvidence evidence)
    {
        var periods = evidence.Books.Periods.ToLookup(p => p.UserId);
        var wrong = periods
            .SelectMany(user => user.Zip(user.Skip(1)))
            .Where(pair => pair.First.End > pair.Second.Start)
            .Select(pair => $"user {pair.First.UserId}: the period to {pair.First.End:O} overlaps the one from {pair.Second.Start:O}")
            .ToList();
        foreach (var row in evidence.Books.Ledger)
        {
            var own = periods[row.UserId].Where(p => p.Start <= row.OccurredAt && row.OccurredAt < p.End).ToList();
            if (own is not [var period])
            {
                wrong.Add($"ledger row {row.Id} of {row.OccurredAt:O} lies in {own.Count} periods");
            }
            else if (row.CompletionPeriodStart is { } admitted && admitted != period.Start)
            {
                wrong.Add($"ledger row {row.Id} of {row.OccurredAt:O} was admitted to the period from {admitted:O}");
            }
            else if (row.PeriodStart < period.Start || periods[row.UserId].All(p => p.Start != row.PeriodStart))
            {
                wrong.Add($"ledger row {row.Id} of {row.OccurredAt:O} counts to a period from {row.PeriodStart:O}");
            }
            else if (row.PeriodStart == period.Start ? row.Day != DateOnly.FromDateTime(row.OccurredAt) : row.Day < DateOnly.FromDateTime(row.PeriodStart))
            {
                wrong.Add($"ledger row {row.Id} of {row.OccurredAt:O} counts to {row.Day:O}");
            }
        }

        var last = evidence.Books.Ledger.Count(e => (TimeSpan.FromDays(1) - e.OccurredAt.TimeOfDay).TotalSeconds < LastMoment);
        var first = evidence.Books.Ledger.Count(e => e.OccurredAt.TimeOfDay.TotalSeconds < 1);
        return new(
            "6",
            "every call lies in one period of its user",
            $"{evidence.Books.Periods.Count} periods, {last} calls of the last 0.2 s of a day, {first} of a day's first second",
            wrong);
    }
}
