using ChatBot.Chaos.Journals;
using ChatBot.Local;

namespace ChatBot.Chaos.Checking;

/// <summary>Tells which completion each call to the model was made for.</summary>
internal static class CallMatch
{
    public static ILookup<Guid, ModelCall> ByCompletion(Facts facts)
    {
        var completionOf = facts.Books.Ledger.Where(e => !e.IsAdjustment).ToDictionary(e => e.Id, e => e.CompletionId);
        var answers = facts.Books.Completions.Where(c => c.UserMessageId is not null).ToLookup(c => c.UserMessageId!.Value);
        var sends = facts.Evidence.Sends.Where(s => s.Marker is not null).ToLookup(s => s.Marker!);
        var taken = new HashSet<Guid>();
        return facts.Evidence.Calls
            .Select(call => (Call: call, Id: Named(call, completionOf, facts) ?? ByMarker(call, facts, answers, sends, taken)))
            .Where(match => match.Id is not null)
            .ToLookup(match => match.Id!.Value, match => match.Call);
    }

    /// <summary>The newest user message that the model was sent.</summary>
    public static string LastUserText(ModelCall call) => call.Messages.EnumerateArray()
        .LastOrDefault(m => m.GetProperty("role").GetString() == "user") is { ValueKind: System.Text.Json.JsonValueKind.Object } last
            ? last.GetProperty("content").GetString()!
            : "";

    // The first attempt has the completion's id; a further one the id of its row.
    private static Guid? Named(ModelCall call, Dictionary<Guid, Guid> completionOf, Facts facts) =>
        call.RequestId is not { } id ? null
        : facts.CompletionsById.ContainsKey(id) ? id
        : completionOf.TryGetValue(id, out var completion) ? completion
        : null;

    // Of a call without an id: the last answer to that message that had been begun and is not taken by another call.
    private static Guid? ByMarker(ModelCall call, Facts facts, ILookup<Guid, CompletionRow> answers, ILookup<string, SendRecord> sends, HashSet<Guid> taken)
    {
        if (call.RequestId is not null || Markers.OfMessage(LastUserText(call)) is not { } marker)
        {
            return null;
        }

        var found = facts.MessagesByMarker[marker].Select(m => m.Id)
            .Union(sends[marker].Select(s => s.MessageId).OfType<Guid>())
            .SelectMany(id => answers[id])
            .Union(sends[marker].Select(s => s.CompletionId).OfType<Guid>().Where(facts.CompletionsById.ContainsKey).Select(id => facts.CompletionsById[id]))
            .Where(c => c.CreatedAt <= call.At.UtcDateTime && !taken.Contains(c.Id))
            .MaxBy(c => c.CreatedAt);
        return found is not null && taken.Add(found.Id) ? found.Id : null;
    }
}
