using System.Text.Json;
using ChatBot.Local;

namespace ChatBot.Chaos.Checking;

/// <summary>Tells which completion each call to the model was made for.</summary>
internal static class CallMatch
{
    /// <summary>A call is named as the ledger row that it gets: the first of a completion as the completion itself.</summary>
    public static ILookup<Guid, ModelCall> ByCompletion(Facts facts)
    {
        var completionOf = facts.Books.Attempts.ToDictionary(a => a.Id, a => a.CompletionId);
        return facts.Evidence.Calls
            .Where(call => call.RequestId is { } id && completionOf.ContainsKey(id))
            .ToLookup(call => completionOf[call.RequestId!.Value]);
    }

    /// <summary>The newest user message that the model was sent.</summary>
    public static string LastUserText(ModelCall call) =>
        call.Messages.EnumerateArray().LastOrDefault(m => m.GetProperty("role").GetString() == "user") is { ValueKind: JsonValueKind.Object } last
            ? last.GetProperty("content").GetString()!
            : "";
}
