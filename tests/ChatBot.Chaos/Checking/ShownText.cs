using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Checking;

/// <summary>
/// What a client was shown is the beginning of what is stored, and all of it where the client was told that it is over. Only an
/// interrupted answer may have lost an end: of what came in its last two seconds or its last 4 KiB, outages of the database and standstills not counted.
/// </summary>
internal static class ShownText
{
    private const int LongestLoss = 4096;
    private static readonly TimeSpan s_longestLoss = TimeSpan.FromSeconds(2);

    public static Finding Check(Facts facts)
    {
        var readings = facts.Evidence.Readings.Where(r => r.Text.Length > 0 || r.End != ReadingEnd.Broken).ToList();
        var wrong = new List<string>();
        var (exact, lost, longest, slowest) = (0, 0, 0, TimeSpan.Zero);
        foreach (var reading in readings)
        {
            if (!facts.CompletionsById.TryGetValue(reading.CompletionId, out var completion))
            {
                wrong.Add($"answer {reading.CompletionId} was shown, and there is no such completion");
            }
            else if (facts.Stored(completion)?.Content is { } stored)
            {
                exact += reading.End is ReadingEnd.Broken or ReadingEnd.Problem ? 0 : 1;
                if (Mistake(reading, completion, stored) is { } mistake)
                {
                    wrong.Add($"answer {completion.Id} ({completion.State}, {stored.Length} characters): {mistake}");
                }
                else if (Loss(facts, reading, stored) is { } loss)
                {
                    lost++;
                    longest = Math.Max(longest, loss.Characters);
                    slowest = loss.Time > slowest ? loss.Time : slowest;
                    if (loss.Characters > LongestLoss && loss.Time > s_longestLoss)
                    {
                        wrong.Add($"answer {completion.Id} lost {loss.Characters} characters of {loss.Time.TotalSeconds:0.0} s");
                    }
                }
            }
            else if (!facts.MayBeDeleted(completion))
            {
                wrong.Add($"answer {completion.Id} was shown, and is gone");
            }
        }

        wrong.AddRange(readings.GroupBy(r => r.CompletionId).Select(Changed).OfType<string>());
        return new(
            "1c",
            "what was shown is stored",
            $"{readings.Count} readings, {exact} to the very end, {lost} lost an end, at most {longest} characters or {slowest.TotalSeconds:0.0} s",
            wrong);
    }

    private static string? Mistake(Reading reading, CompletionRow completion, string stored)
    {
        var end = reading.Start + reading.Text.Length;
        var common = Math.Max(0, Math.Min(end, stored.Length) - reading.Start);
        var same = common == 0 ? 0 : stored.AsSpan(reading.Start, common).CommonPrefixLength(reading.Text.AsSpan(0, common));
        var states = reading.End switch
        {
            ReadingEnd.Finished => "finished",
            ReadingEnd.Stopped => "stopped",
            ReadingEnd.Whole => "finished or stopped",
            _ => null,
        };
        return same < common ? $"shown otherwise from character {reading.Start + same} on: '{Piece(reading.Text, same)}', stored '{Piece(stored, reading.Start + same)}'"
            : states is not null && !states.Contains(completion.State, StringComparison.Ordinal) ? $"shown as {states}"
            : states is not null && end != stored.Length ? $"shown as {states} with {end} characters"
            : end > stored.Length && completion.State != "interrupted" ? $"{end} characters were shown"
            : null;
    }

    // Only what came on this connection has a time.
    private static (int Characters, TimeSpan Time)? Loss(Facts facts, Reading reading, string stored)
    {
        var end = reading.Start + reading.Text.Length;
        if (end <= stored.Length || reading.Text.Length == 0)
        {
            return null;
        }

        var late = reading.Arrivals.SkipWhile(a => a.Offset <= stored.Length).ToList();
        var (from, until) = (late[0].At, late[^1].At);
        return (end - Math.Max(stored.Length, reading.Start), Positive(until - from - facts.Evidence.Faults.Standstill(from, until)));
    }

    private static string? Changed(IGrouping<Guid, Reading> readings)
    {
        var longest = readings.Where(r => r.Start == 0).MaxBy(r => r.Text.Length)?.Text;
        var changed = longest is null ? null : readings.FirstOrDefault(r =>
            r.Start < longest.Length && !longest.AsSpan(r.Start).StartsWith(r.Text.AsSpan(0, Math.Min(r.Text.Length, longest.Length - r.Start))));
        return changed is null ? null : $"answer {readings.Key} was shown in two ways";
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static string Piece(string text, int from) => text.Substring(from, Math.Min(24, text.Length - from));
}
