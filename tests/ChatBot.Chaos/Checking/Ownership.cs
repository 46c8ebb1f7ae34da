using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Checking;

/// <summary>Every row is its chat's owner's, and nobody was shown what is somebody else's.</summary>
internal static class Ownership
{
    public static Finding Check(Facts facts)
    {
        var (books, owners) = (facts.Books, facts.Evidence.Owners);
        var wrong = books.Chats.Where(c => owners.TryGetValue(c.Id, out var owner) && owner != c.UserId).Select(c => $"chat {c.Id} is user {c.UserId}'s")
            .Concat(books.Messages.Where(m => owners.TryGetValue(m.ChatId, out var owner) && owner != m.UserId).Select(m => $"message {m.Id} is user {m.UserId}'s"))
            .Concat(books.Completions.Where(c => owners.TryGetValue(c.ChatId, out var owner) && owner != c.UserId).Select(c => $"completion {c.Id} is user {c.UserId}'s"))
            .Concat(books.Ledger
                .Where(e => !facts.CompletionsById.TryGetValue(e.CompletionId, out var completion) || completion.UserId != e.UserId)
                .Select(e => $"ledger row {e.Id} is user {e.UserId}'s"))
            .Concat(facts.Evidence.Readings
                .Where(r => facts.CompletionsById.TryGetValue(r.CompletionId, out var completion) && completion.UserId != r.UserId)
                .Select(r => $"answer {r.CompletionId} was shown to user {r.UserId}"))
            .Concat(facts.Evidence.Readings
                .Where(r => Markers.UsersIn(r.Text).Any(user => user != r.UserId))
                .Select(r => $"user {r.UserId} was shown the text of another in answer {r.CompletionId}"))
            .Concat(books.Messages
                .Where(m => Markers.UsersIn(m.Content).Any(user => user != m.UserId))
                .Select(m => $"message {m.Id} of user {m.UserId} has the text of another"));
        return new("7", "everyone has their own", $"{books.Chats.Count} chats, {books.Messages.Count} messages, {facts.Evidence.Readings.Count} readings", [.. wrong]);
    }
}
