namespace ChatBot.Chaos.Checking;

/// <summary>
/// Each answer was written on messages of its chat that were there before it and were in the history at that time; answers follow
/// messages, and no two were being written in one chat at once.
/// </summary>
internal static class History
{
    // An admission notes its time and then waits for its turn, no longer than a statement may take.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);

    public static Finding Check(Facts facts)
    {
        var wrong = facts.Books.Completions.Select(c => PromptMistake(facts, c)).OfType<string>().ToList();
        foreach (var chat in facts.Books.Completions.GroupBy(c => c.ChatId))
        {
            wrong.AddRange(chat.OrderBy(c => c.CreatedAt).Zip(chat.OrderBy(c => c.CreatedAt).Skip(1))
                .Where(pair => pair.First.EndedAt is null || pair.First.EndedAt > pair.Second.CreatedAt + s_longestWait)
                .Select(pair => $"completions {pair.First.Id} and {pair.Second.Id} of chat {chat.Key} were live at once"));
        }

        var chats = facts.Books.Messages.Where(m => m.SupersededBy is null && !facts.HasGaps(m.ChatId)).GroupBy(m => m.ChatId).ToList();
        wrong.AddRange(chats.SelectMany(chat => chat.OrderBy(m => m.Seq).Zip(chat.OrderBy(m => m.Seq).Skip(1)))
            .Where(pair => pair.First.Role == "assistant" && pair.Second.Role == "assistant")
            .Select(pair => $"answer {pair.Second.Id} follows answer {pair.First.Id}"));
        if (!facts.Books.HasOneLiveIndex)
        {
            wrong.Add("the index that allows one live completion per chat is gone");
        }

        return new("9", "histories are in order", $"{chats.Count} whole chats, {facts.Books.Completions.Count} prompts", wrong);
    }

    private static string? PromptMistake(Facts facts, CompletionRow completion)
    {
        var answer = facts.Stored(completion);
        var last = long.MinValue;
        foreach (var id in completion.PromptMessageIds)
        {
            // A message that was deleted may have been sent again under its id: that is another.
            if (!facts.MessagesById.TryGetValue(id, out var message) || (facts.HasGaps(completion.ChatId) && message.CreatedAt > completion.CreatedAt))
            {
                if (!facts.HasGaps(completion.ChatId))
                {
                    return $"completion {completion.Id} was written on message {id}, which is gone";
                }

                continue;
            }

            if (message.ChatId != completion.ChatId || message.Seq <= last || message.Seq >= (answer?.Seq ?? long.MaxValue))
            {
                return $"completion {completion.Id} was written on message {id}, which is not before it in its chat";
            }

            last = message.Seq;
            if (message.SupersededBy is { } by && (by == completion.Id
                || (facts.CompletionsById.TryGetValue(by, out var later) && later.CreatedAt + s_longestWait < completion.CreatedAt)))
            {
                return $"completion {completion.Id} was written on message {id}, which {by} had taken out of the history";
            }
        }

        // What was stopped before its send came was never written.
        var wasBegun = completion is not { State: "stopped", PromptBound: 0, PromptMessageIds.Count: 0 };
        return wasBegun && completion.UserMessageId is { } asked && !completion.PromptMessageIds.Contains(asked)
            ? $"completion {completion.Id} was written without the message that it answers"
            : null;
    }
}
