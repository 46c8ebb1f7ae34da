using System.Globalization;
using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Shared.Messages;
using Npgsql;

namespace ChatBot.Functions.Messages;

public sealed class MessageStore(ChatBotDatabase database)
{
    /// <summary>The newest messages with a smaller <c>seq</c>, oldest first; null where the caller has no such chat.</summary>
    public Task<JsonPage<Message>?> Before(CurrentUser user, Guid chatId, long seq, int limit, CancellationToken cancellationToken)
    {
        var statement = Statement.Of(
            MessageSql.Before, Parameter.Uuid(chatId), Parameter.Bigint(seq), Parameter.Integer(limit), Parameter.Integer(JsonRows<Message>.MaxBytes));
        return Page(user, chatId, statement, limit, isNewestFirst: true, cancellationToken);
    }

    /// <summary>The oldest messages with a greater <c>seq</c>, oldest first; null where the caller has no such chat.</summary>
    public Task<JsonPage<Message>?> After(CurrentUser user, Guid chatId, long seq, int limit, CancellationToken cancellationToken)
    {
        var statement = Statement.Of(
            MessageSql.After, Parameter.Uuid(chatId), Parameter.Bigint(seq), Parameter.Integer(limit), Parameter.Integer(JsonRows<Message>.MaxBytes));
        return Page(user, chatId, statement, limit, isNewestFirst: false, cancellationToken);
    }

    public Task<Message?> Get(CurrentUser user, Guid chatId, Guid id, CancellationToken cancellationToken) =>
        database.First(user.Caller, Statement.Of(MessageSql.Get, Parameter.Uuid(chatId), Parameter.Uuid(id)), Read, cancellationToken);

    /// <summary>Whether a row was made; there is none where the chat is not the caller's or the id is taken.</summary>
    public async Task<bool> Create(CurrentUser user, Guid chatId, Guid id, string content, string? clientId, CancellationToken cancellationToken) =>
        await database.Execute(
            user.Caller,
            Statement.Of(MessageSql.Create, Parameter.Uuid(chatId), Parameter.Uuid(id), Parameter.Text(content), Parameter.Text(clientId)),
            cancellationToken) > 0;

    /// <param name="ifUpdatedAt">When it must have been changed last; null for any time.</param>
    public async Task<bool> Update(
        CurrentUser user, Guid chatId, Guid id, string content, DateTimeOffset? ifUpdatedAt, CancellationToken cancellationToken) =>
        await database.Execute(
            user.Caller,
            Statement.Of(MessageSql.Update, Parameter.Uuid(chatId), Parameter.Uuid(id), Parameter.Text(content), Parameter.Time(ifUpdatedAt)),
            cancellationToken) > 0;

    /// <param name="ifUpdatedAt">When it must have been changed last; null for any time.</param>
    public async Task<bool> Delete(CurrentUser user, Guid chatId, Guid id, DateTimeOffset? ifUpdatedAt, CancellationToken cancellationToken) =>
        await database.Execute(
            user.Caller, Statement.Of(MessageSql.Delete, Parameter.Uuid(chatId), Parameter.Uuid(id), Parameter.Time(ifUpdatedAt)), cancellationToken) > 0;

    public async Task<bool> ChatExists(CurrentUser user, Guid chatId, CancellationToken cancellationToken) =>
        await database.First(user.Caller, Statement.Of(MessageSql.ChatExists, Parameter.Uuid(chatId)), _ => "exists", cancellationToken) is not null;

    private async Task<JsonPage<Message>?> Page(
        CurrentUser user, Guid chatId, NpgsqlBatchCommand statement, int limit, bool isNewestFirst, CancellationToken cancellationToken)
    {
        var shape = new PageShape<Message>(
            ChatBotJson.Default.Message, Read, last => last.Seq.ToString(CultureInfo.InvariantCulture), limit, Found: 14, IsReversed: isNewestFirst);
        var page = await database.Page(user.Caller, statement, shape, cancellationToken);
        return page.IsEmpty && !await ChatExists(user, chatId, cancellationToken) ? null : page;
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
        row.TextOrNull(10) is { } value ? new Feedback(value, row.TextOrNull(11)) : null,
        row.Time(12),
        row.Time(13));
}
