using ChatBot.Chaos.Journals;
using ChatBot.Local;

namespace ChatBot.Chaos.Checking;

/// <summary>An accepted call with what the ledger says of it, adjustments included.</summary>
internal sealed record MeteredCall(
    ModelCall Call, CompletionRow Completion, UsageEventRow Row, bool WasSuspended, int Input, int CachedInput, int CacheWrite, int Output, int Reasoning)
{
    /// <summary>
    /// Whether the program could read what the model reported, and should have believed it: of an attempt that it gave up it read nothing, and
    /// where it stood still the report may have come too late.
    /// </summary>
    public bool IsReported => Completion.State == "finished" && Row.Attempt == Completion.Attempt && Call.UsageSent
        && Directive.Read(CallMatch.LastUserText(Call)) is { Usage: not UsageReport.Absurd, UsageJson: null }
        && (Row.Quality == "reported" || !WasSuspended);

    public static IEnumerable<MeteredCall> All(Facts facts)
    {
        var rows = facts.Books.Ledger.Where(e => !e.IsAdjustment).GroupBy(e => e.Id).ToDictionary(g => g.Key, g => g.First());
        var adjustments = facts.Books.Ledger.Where(e => e.IsAdjustment).ToLookup(e => (e.CompletionId, e.Attempt));
        foreach (var calls in facts.CallsByCompletion)
        {
            foreach (var call in calls.Where(MeteredCalls.IsAccepted))
            {
                if (facts.CompletionsById.TryGetValue(calls.Key, out var completion) && rows.TryGetValue(call.RequestId!.Value, out var row))
                {
                    UsageEventRow[] all = [row, .. adjustments[(row.CompletionId, row.Attempt)]];
                    yield return new(
                        call, completion, row, WasSuspendedDuring(facts, completion), all.Sum(e => e.Input), all.Sum(e => e.CachedInput),
                        all.Sum(e => e.CacheWrite), all.Sum(e => e.Output), all.Sum(e => e.Reasoning));
                }
            }
        }
    }

    private static bool WasSuspendedDuring(Facts facts, CompletionRow completion) => facts.Evidence.Faults.All.Any(f =>
        f.Kind == FaultKind.Suspend && f.Overlaps(completion.CreatedAt, completion.EndedAt ?? DateTime.MaxValue.AddDays(-1)));
}
