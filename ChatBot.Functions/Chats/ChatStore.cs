using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Shared;
using ChatBot.Shared.Chats;
using Npgsql;

namespace ChatBot.Functions.Chats;

public sealed class ChatStore(ChatBotDatabase database)
{
    /// <summary>The chat of that id: a new one, or the one that was there; null where the id is somebody else's.</summary>
    public async Task<CreatedChat?> Create(CurrentUser user, Guid id, CreateChatRequest request, CancellationToken cancellation)
    {
        var created = await database.First(
            user.Caller,
            Statement.Of(
                ChatSql.Create,
                Parameter.Uuid(id),
                Parameter.Text(request.Title),
                Parameter.Text(request.Model),
                Parameter.Text(request.SystemPrompt)),
            row => new CreatedChat(row.GetBoolean(0), Read(row, 1)),
            cancellation);

        // A repeat that came at the same time made it after this statement's snapshot was taken: a new one sees it.
        return created ?? (await Get(user, id, cancellation) is { } chat ? new CreatedChat(false, chat) : null);
    }

    public async Task<Page<Chat>> List(
        CurrentUser user, string? status, int limit, DateTimeOffset? before, Guid? beforeId, CancellationToken cancellation)
    {
        var chats = await database.All(
            user.Caller,
            status is null
                ? Statement.Of(ChatSql.List, Parameter.Integer(limit), Parameter.Time(before), Parameter.Uuid(beforeId))
                : Statement.Of(ChatSql.ListByStatus, Parameter.Integer(limit), Parameter.Time(before), Parameter.Uuid(beforeId), Parameter.Text(status)),
            row => Read(row),
            cancellation);
        return Paging.Page(chats, limit, last => Paging.Cursor(last.UpdatedAt, last.Id));
    }

    public Task<Chat?> Get(CurrentUser user, Guid id, CancellationToken cancellation) =>
        database.First(user.Caller, Statement.Of(ChatSql.Get, Parameter.Uuid(id)), row => Read(row), cancellation);

    /// <summary>The changed chat; null where there is none, or none that was last changed at <paramref name="ifUpdatedAt"/>.</summary>
    public Task<Chat?> Update(CurrentUser user, Guid id, UpdateChatRequest request, DateTimeOffset? ifUpdatedAt, CancellationToken cancellation) =>
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
            cancellation);

    public async Task<bool> Delete(CurrentUser user, Guid id, CancellationToken cancellation) =>
        await database.Execute(user.Caller, Statement.Of(ChatSql.Delete, Parameter.Uuid(id)), cancellation) > 0;

    private static Chat Read(NpgsqlDataReader row, int first = 0) => new(
        row.GetGuid(first),
        row.GetString(first + 1),
        row.GetString(first + 2),
        row.TextOrNull(first + 3),
        row.TextOrNull(first + 4),
        row.Time(first + 5),
        row.Time(first + 6));

    public sealed record CreatedChat(bool IsNew, Chat Chat);
}
