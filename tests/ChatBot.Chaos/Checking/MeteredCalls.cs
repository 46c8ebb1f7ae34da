using ChatBot.Local;

namespace ChatBot.Chaos.Checking;

/// <summary>Every call that the model took has one ledger row, whose id was fixed before the call.</summary>
internal static class MeteredCalls
{
    /// <summary>Answered with 200 and no error in place of an answer, or received and never answered: a provider charges for it.</summary>
    public static bool IsAccepted(ModelCall call) => call.Status is 200 or 0 && call.Outcome is not CallOutcome.Refused;

    public static Finding Check(Facts facts)
    {
        var rows = facts.Books.Ledger.Where(e => !e.IsAdjustment).ToLookup(e => e.Id);
        var accepted = facts.Evidence.Calls.Where(IsAccepted).ToList();
        var wrong = new List<string>();
        foreach (var call in accepted)
        {
            var id = call.RequestId ?? Guid.Empty;
            if (rows[id].Count() != 1)
            {
                var state = facts.CompletionsById.GetValueOrDefault(id)?.State ?? "no completion";
                wrong.Add($"call {call.N} at {call.At:HH:mm:ss.fff} ({id}, {state}, {call.Outcome}, {call.SentTokens} tokens sent) has {rows[id].Count()} ledger rows");
            }
        }

        wrong.AddRange(facts.Books.Ledger.Where(e => !e.IsAdjustment).GroupBy(e => (e.CompletionId, e.Attempt)).Where(g => g.Count() > 1)
            .Select(g => $"attempt {g.Key.Attempt} of completion {g.Key.CompletionId} has {g.Count()} ledger rows"));
        return new("3a", "every call is metered once", $"{facts.Evidence.Calls.Count} calls, {accepted.Count} accepted", wrong);
    }
}
