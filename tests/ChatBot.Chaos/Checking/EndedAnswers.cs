namespace ChatBot.Chaos.Checking;

/// <summary>What was begun has ended, as one message in the status that says how.</summary>
internal static class EndedAnswers
{
    public static Finding Check(Facts facts)
    {
        var completions = facts.Books.Completions;
        var wrong = completions.Select(c => Mistake(facts, c)).OfType<string>().ToList();
        wrong.AddRange(facts.Books.Messages
            .Where(m => m.Role == "assistant" && !facts.CompletionsById.ContainsKey(m.Id))
            .Select(m => $"answer {m.Id} belongs to no completion"));
        var states = string.Join(", ", completions.CountBy(c => c.State).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Value} {s.Key}"));
        return new("1b", "every completion ended as one message", $"{completions.Count} completions ({states})", wrong);
    }

    private static string? Mistake(Facts facts, CompletionRow completion)
    {
        var status = completion.State == "finished" ? "complete" : completion.State;
        return (completion, facts.Stored(completion)) switch
        {
            ({ EndedAt: null }, _) => $"completion {completion.Id} is still {completion.State}, begun {completion.CreatedAt:HH:mm:ss}",
            ({ IsPersisted: false }, _) => $"completion {completion.Id}, {completion.State} at {completion.EndedAt:HH:mm:ss}, is not stored with its message",
            ({ IsRecorded: false }, _) => $"completion {completion.Id}, {completion.State} at {completion.EndedAt:HH:mm:ss}, is not recorded",
            (_, null) when facts.MayBeDeleted(completion) => null,
            (_, null) => $"completion {completion.Id} has no message",
            (_, { Role: not "assistant" } message) => $"completion {completion.Id} has a message of role {message.Role}",
            (_, { } message) when message.Status != status => $"completion {completion.Id} is {completion.State}, its message {message.Status}",
            _ => null,
        };
    }
}
