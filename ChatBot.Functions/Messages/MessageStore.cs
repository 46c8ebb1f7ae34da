using System.Globalization;
using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Shared;
using ChatBot.Shared.Messages;
using Npgsql;

namespace ChatBot.Functions.Messages;

public sealed class MessageStore(ChatBotDatabase database)
{
    /// <summary>The newest messages with a smaller <c>seq</c>, oldest first; null where the caller has no such chat.</summary>
    public async Task<Page<Message>?> Before(CurrentUser user, Guid chatId, long seq, int limit, CancellationToken cancellation)
    {
        var statement = Statement.Of(MessageSql.Before, Parameter.Uuid(chatId), Parameter.Bigint(seq), Parameter.Integer(limit));
        return await Page(user, chatId, statement, limit, isNewestFirst: true, cancellation);
    }

    /// <summary>The oldest messages with a greater <c>seq</c>, oldest first; null where the caller has no such chat.</summary>
    public async Task<Page<Message>?> After(CurrentUser user, Guid chatId, long seq, int limit, CancellationToken cancellation)
    {
        var statement = Statement.Of(MessageSql.After, Parameter.Uuid(chatId), Parameter.Bigint(seq), Parameter.Integer(limit));
        return await Page(user, chatId, statement, limit, isNewestFirst: false, cancellation);
    }

    public Task<Message?> Get(CurrentUser user, Guid chatId, Guid id, CancellationToken cancellation) =>
        database.First(user.Caller, Statement.Of(MessageSql.Get, Parameter.Uuid(chatId), Parameter.Uuid(id)), Read, cancellation);

    /// <summary>Whether a row was made; there is none where the chat is not the caller's or the id is taken.</summary>
    public async Task<bool> Create(CurrentUser user, Guid chatId, Guid id, string content, string? clientId, CancellationToken cancellation) =>
        await database.Execute(
            user.Caller,
            Statement.Of(MessageSql.Create, Parameter.Uuid(chatId), Parameter.Uuid(id), Parameter.Text(content), Parameter.Text(clientId)),
            cancellation) > 0;

    public async Task<bool> Update(CurrentUser user, Guid chatId, Guid id, string content, CancellationToken cancellation) =>
        await database.Execute(
            user.Caller, Statement.Of(MessageSql.Update, Parameter.Uuid(chatId), Parameter.Uuid(id), Parameter.Text(content)), cancellation) > 0;

    public async Task<bool> Delete(CurrentUser user, Guid chatId, Guid id, CancellationToken cancellation) =>
        await database.Execute(user.Caller, Statement.Of(MessageSql.Delete, Parameter.Uuid(chatId), Parameter.Uuid(id)), cancellation) > 0;

    public async Task<bool> PutFeedback(CurrentUser user, Guid chatId, Guid id, FeedbackRequest feedback, CancellationToken cancellation) =>
        await database.Execute(
            user.Caller,
            Statement.Of(
                MessageSql.PutFeedback, Parameter.Uuid(chatId), Parameter.Uuid(id), Parameter.Text(feedback.Value), Parameter.Text(feedback.Comment)),
            cancellation) > 0;

    public async Task<bool> ChatExists(CurrentUser user, Guid chatId, CancellationToken cancellation) =>
        await database.First(user.Caller, Statement.Of(MessageSql.ChatExists, Parameter.Uuid(chatId)), _ => "exists", cancellation) is not null;

    private async Task<Page<Message>?> Page(
        CurrentUser user, Guid chatId, NpgsqlBatchCommand statement, int limit, bool isNewestFirst, CancellationToken cancellation)
    {
        var messages = await database.All(user.Caller, statement, Read, cancellation);
        if (messages.Count == 0 && !await ChatExists(user, chatId, cancellation))
        {
            return null;
        }

        var hasMore = messages.Count > limit;
        if (hasMore)
        {
            messages.RemoveAt(limit);
        }

        var cursor = hasMore ? messages[^1].Seq.ToString(CultureInfo.InvariantCulture) : null;
        if (isNewestFirst)
        {
            messages.Reverse();
        }

        return new Page<Message>(messages, cursor);
    }

    private static Message Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.GetInt64(2),
        row.TextOrNull(3),
        row.GetString(4),
        row.GetString(5),
        row.GetString(6),
        row.TextOrNull(7),
        row.TextOrNull(8),
        row.TextOrNull(9) is { } receipt ? JsonElement.Parse(receipt) : null,
        row.TextOrNull(10),
        row.Time(11),
        row.Time(12));
}
