using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Shared.Chats;
using Npgsql;

namespace ChatBot.Functions.Chats;

public sealed class ChatStore(ChatBotDatabase database)
{
    /// <summary>The chat of that id: a new one, or the one that was there; null where the id is somebody else's.</summary>
    public async Task<CreatedChat?> Create(CurrentUser user, Guid id, CreateChatRequest request, CancellationToken cancellationToken)
    {
        // A repeat that came at the same time made it after this statement's snapshot was taken: a new one sees it.
        return await CreateOnce() ?? await CreateOnce();

        Task<CreatedChat?> CreateOnce() => database.First(
            user.Caller,
            Statement.Of(
                ChatSql.Create,
                Parameter.Uuid(id),
                Parameter.Text(request.Title),
                Parameter.Text(request.Model),
                Parameter.Text(request.SystemPrompt)),
            row => new CreatedChat(row.GetBoolean(0), row.GetBoolean(1), Read(row, 2)),
            cancellationToken);
    }

    public Task<JsonPage<Chat>> List(
        CurrentUser user, string? status, int limit, DateTimeOffset? before, Guid? beforeId, CancellationToken cancellationToken)
    {
        NpgsqlParameter[] place = [Parameter.Integer(limit), Parameter.Time(before), Parameter.Uuid(beforeId), Parameter.Integer(JsonRows<Chat>.MaxBytes)];
        return database.Page(
            user.Caller,
            status is null ? Statement.Of(ChatSql.List, place) : Statement.Of(ChatSql.ListByStatus, [.. place, Parameter.Text(status)]),
            new PageShape<Chat>(ChatBotJson.Default.Chat, row => Read(row), last => Paging.Cursor(last.UpdatedAt, last.Id), limit, Found: 7),
            cancellationToken);
    }

    public Task<Chat?> Get(CurrentUser user, Guid id, CancellationToken cancellationToken) =>
        database.First(user.Caller, Statement.Of(ChatSql.Get, Parameter.Uuid(id)), row => Read(row), cancellationToken);

    /// <summary>The changed chat; null where there is none, or none that was last changed at <paramref name="ifUpdatedAt"/>.</summary>
    public Task<Chat?> Update(CurrentUser user, Guid id, UpdateChatRequest request, DateTimeOffset? ifUpdatedAt, CancellationToken cancellationToken) =>
        database.First(
            user.Caller,
            Statement.Of(
                ChatSql.Update,
                Parameter.Uuid(id),
                Parameter.Text(request.Title),
                Parameter.Text(request.Status),
                Parameter.Text(request.Model),
                Parameter.Text(request.SystemPrompt),
                Parameter.Time(ifUpdatedAt)),
            row => Read(row),
            cancellationToken);

    /// <summary>False where there is none, or none that was last changed at <paramref name="ifUpdatedAt"/>.</summary>
    public async Task<bool> Delete(CurrentUser user, Guid id, DateTimeOffset? ifUpdatedAt, CancellationToken cancellationToken) =>
        await database.Execute(user.Caller, Statement.Of(ChatSql.Delete, Parameter.Uuid(id), Parameter.Time(ifUpdatedAt)), cancellationToken) > 0;

    private static Chat Read(NpgsqlDataReader row, int first = 0) => new(
        row.GetGuid(first),
        row.GetString(first + 1),
        row.GetString(first + 2),
        row.TextOrNull(first + 3),
        row.TextOrNull(first + 4),
        row.Time(first + 5),
        row.Time(first + 6));

    /// <param name="IsNamed">Whether its title is the user's own.</param>
    public sealed record CreatedChat(bool IsNew, bool IsNamed, Chat Chat);
}
