using ChatBot.Chaos.Checking;
using ChatBot.Local;

namespace ChatBot.Year.Checking;

/// <summary>Every call that the model took has one ledger row, and what it reported is there to the token.</summary>
internal static class JournalOfTheModel
{
    public static Finding Check(YearEvidence evidence)
    {
        var (ledger, wrong) = (evidence.Books.Ledger, new List<string>());
        var rows = ledger.Where(e => !e.IsAdjustment).ToLookup(e => e.Id);
        var adjustments = ledger.Where(e => e.IsAdjustment).ToLookup(e => (e.CompletionId, e.Attempt));
        var accepted = evidence.Calls.Where(IsAccepted).ToList();
        var (reports, tokens) = (0, 0L);
        foreach (var call in accepted)
        {
            if (rows[call.RequestId ?? Guid.Empty].ToList() is not [var row])
            {
                wrong.Add($"call {call.N} ({call.RequestId}, {call.Outcome}) has {rows[call.RequestId ?? Guid.Empty].Count()} ledger rows");
                continue;
            }

            if (!IsReported(call, row))
            {
                continue;
            }

            var sum = Sum.Of([row, .. adjustments[(row.CompletionId, row.Attempt)]]);
            reports++;
            tokens += sum.Input + sum.Output;
            if ((sum.Input, sum.CachedInput, sum.CacheWrite, sum.Output, sum.Reasoning)
                != (call.PromptTokens, call.CachedTokens, call.CacheWriteTokens, call.SentTokens + call.ReasoningTokens, call.ReasoningTokens))
            {
                wrong.Add($"call {call.N} ({row.Id}, {row.Quality}): {sum}, the model reported {call.PromptTokens}+{call.SentTokens + call.ReasoningTokens}");
            }
        }

        // Whose process was killed on its way to the model has its prompt charged, and no output.
        var known = accepted.Select(call => call.RequestId).ToHashSet();
        var uncalled = ledger.Where(e => !e.IsAdjustment && !known.Contains(e.Id)).ToList();
        wrong.AddRange(uncalled.Where(e => e is not { Quality: "estimated", Output: 0 }).Select(e => $"ledger row {e.Id}: {e.Input}+{e.Output} tokens {e.Quality}, and no call"));
        return new(
            "4",
            "the ledger is the model's journal",
            $"{evidence.Calls.Count} calls, {accepted.Count} accepted, {reports} reports of {tokens} tokens, {uncalled.Count} rows in doubt",
            wrong);
    }

    /// <summary>Answered with 200, or received and never answered: a provider charges for it.</summary>
    private static bool IsAccepted(ModelCall call) => call.Status is 200 or 0;

    private static bool IsReported(ModelCall call, LedgerRow row) =>
        row.Quality == "reported"
        || (row is { State: "finished", IsLastAttempt: true } && call.UsageSent && Directive.Read(LastUserText(call)) is { Usage: not UsageReport.Absurd, UsageJson: null });

    private static string LastUserText(ModelCall call) => call.Messages.EnumerateArray().Last(m => m.GetProperty("role").GetString() == "user").GetProperty("content").GetString()!;
}
