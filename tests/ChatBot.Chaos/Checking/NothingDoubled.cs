using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Checking;

/// <summary>The same message sent again is one message, one answer that did not fail, and one call of the model for it.</summary>
internal static class NothingDoubled
{
    public static Finding Check(Facts facts)
    {
        var sends = facts.Evidence.Sends.Where(s => s.Marker is not null).ToLookup(s => s.Marker!);
        var answers = facts.Books.Completions.Where(c => c is { State: not "failed", UserMessageId: not null }).ToLookup(c => c.UserMessageId!.Value);
        // Which message these answer is the server's choice.
        var free = facts.Evidence.Sends.Where(s => s.Kind == SendKind.Regenerate).CountBy(s => s.ChatId).ToDictionary();
        var wrong = new List<string>();
        var repeats = 0;
        foreach (var send in sends)
        {
            var submits = send.Where(s => s.Kind == SendKind.Submit).ToList();
            repeats += Math.Max(0, submits.Count - 1);
            var shown = submits.Select(s => s.CompletionId).OfType<Guid>().Distinct().Where(id => IsKept(facts, id)).ToList();
            if (shown.Count > 1)
            {
                wrong.Add($"{send.Key} was given the answers {string.Join(", ", shown)}");
            }

            // A key is free again once its answer has failed, and a message without an id is then another.
            var rows = facts.MessagesByMarker[send.Key].Where(r => answers[r.Id].Any() || submits.Count == 0 || submits[0].HasId).ToList();
            if (rows.Count > 1)
            {
                wrong.Add($"{send.Key} is stored as {string.Join(", ", rows.Select(r => r.Id))}");
            }

            var allowed = 1 + send.Count(s => s.Kind == SendKind.Edit) + free.GetValueOrDefault(send.First().ChatId);
            if (rows.Count == 1 && answers[rows[0].Id].Count() > allowed)
            {
                wrong.Add($"message {rows[0].Id} has the answers {string.Join(", ", answers[rows[0].Id].Select(c => c.Id))}");
            }
        }

        // What was given up before its first token was read may have sent some all the same, and gave nothing to the answer.
        var heard = facts.Books.Ledger.Where(e => e is { IsAdjustment: false, Output: > 0 }).Select(e => e.Id).ToHashSet();
        wrong.AddRange(facts.CallsByCompletion.Where(calls => calls.DistinctBy(c => c.RequestId).Count(c => heard.Contains(c.RequestId!.Value)) > 1)
            .Select(calls => $"completion {calls.Key} has two answers of the model"));
        wrong.AddRange(facts.Evidence.Calls.Where(c => c.RequestId is not null && MeteredCalls.IsAccepted(c)).GroupBy(c => c.RequestId).Where(g => g.Count() > 1)
            .Select(g => $"call {g.Key} was made {g.Count()} times"));
        return new("2", "nothing doubled", $"{sends.Count} messages, {repeats} repeats", wrong);
    }

    private static bool IsKept(Facts facts, Guid id) => facts.CompletionsById.TryGetValue(id, out var completion) && completion.State != "failed";
}
