using System.Globalization;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Models;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using ChatBot.Shared.Chats;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Chats;

public sealed class ChatFunctions(ChatStore chats, AllowedModels models, ChatBotSettings settings)
{
    [Function(nameof(CreateChat))]
    public async Task<IResult> CreateChat(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chats")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        var body = await request.ReadBody(ChatBotJson.Default.CreateChatRequest, cancellationToken);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        var validation = Validate(sent.Title, null, sent.Model, sent.SystemPrompt)
            .Id("id", sent.Id)
            .Check("model", sent.Model is not "", "must not be empty")
            .Check("systemPrompt", sent.SystemPrompt is not "", "must not be empty");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        if (await models.Refuse(user, sent.Model, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var id = sent.Id is { } given ? ClientId.ToUuid(given, user.Id) : Guid.CreateVersion7();
        if (await chats.Create(user, id, sent, cancellationToken) is not var (isNew, isNamed, chat))
        {
            return new ProblemResult(ProblemKind.IdInUse, "The id is taken. Choose another one.");
        }

        // The same create again gives the same chat, whatever names it meanwhile but its user; another one under its id does not.
        var isRepeat = (sent.Title is null ? !isNamed : chat.Title == sent.Title) && chat.Model == sent.Model && chat.SystemPrompt == sent.SystemPrompt;
        if (!isNew && !isRepeat)
        {
            return new ProblemResult(ProblemKind.IdInUse, "A chat with this id and other values exists. Change it with PATCH, or choose another id.");
        }

        request.HttpContext.Response.Headers.Location = $"/api/chats/{chat.Id}";
        return Answer(chat, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    [Function(nameof(ListChats))]
    public async Task<IResult> ListChats(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chats")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        var query = request.Query;
        var status = query["status"].ToString() is { Length: > 0 } s ? s : null;
        if (new Validation().OneOf("status", status, "active", "archived").Problem() is { } invalid)
        {
            return invalid;
        }

        if (Paging.IsRefused(request, out var problem, out var limit, out var before, out var beforeId))
        {
            return problem;
        }

        return await chats.List(user, status, limit, before, beforeId, cancellationToken);
    }

    [Function(nameof(GetChat))]
    public async Task<IResult> GetChat(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chats/{chatId}")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken) =>
        await chats.Get(user, ClientId.ToUuid(chatId, user.Id), cancellationToken) is { } chat ? Answer(chat) : ProblemResult.NotFound;

    [Function(nameof(UpdateChat))]
    public async Task<IResult> UpdateChat(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "chats/{chatId}")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken)
    {
        var body = await request.ReadNamedBody(ChatBotJson.Default.UpdateChatRequest, cancellationToken);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        var named = body.Named!;
        var validation = Validate(sent.Title, sent.Status, sent.Model, sent.SystemPrompt)
            .Check("title", !named.Contains("title") || sent.Title is not null, "must be a text")
            .Check("status", !named.Contains("status") || sent.Status is not null, "must be one of: active, archived");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        if (await models.Refuse(user, sent.Model is "" ? null : sent.Model, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var id = ClientId.ToUuid(chatId, user.Id);
        var ifUpdatedAt = ReadIfMatch(request);
        if (named.Count == 0)
        {
            // Nothing changes, so no time either, and the chat keeps its place.
            var unchanged = await chats.Get(user, id, cancellationToken);
            return unchanged is not null && (ifUpdatedAt is null || ifUpdatedAt == unchanged.UpdatedAt)
                ? Answer(unchanged)
                : await NotAsExpected(user, id, ifUpdatedAt, cancellationToken);
        }

        var changes = sent with
        {
            Model = named.Contains("model") ? sent.Model ?? "" : null,
            SystemPrompt = named.Contains("systemPrompt") ? sent.SystemPrompt ?? "" : null,
        };
        return await chats.Update(user, id, changes, ifUpdatedAt, cancellationToken) is { } chat
            ? Answer(chat)
            : await NotAsExpected(user, id, ifUpdatedAt, cancellationToken);
    }

    [Function(nameof(DeleteChat))]
    public async Task<IResult> DeleteChat(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "chats/{chatId}")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken)
    {
        var (id, ifUpdatedAt) = (ClientId.ToUuid(chatId, user.Id), ReadIfMatch(request));
        return await chats.Delete(user, id, ifUpdatedAt, cancellationToken)
            ? TypedResults.NoContent()
            : await NotAsExpected(user, id, ifUpdatedAt, cancellationToken);
    }

    /// <summary>When the chat must have been changed last; null where any state will do. An ETag that is not one of ours matches nothing.</summary>
    private static DateTimeOffset? ReadIfMatch(HttpRequest request) => request.Headers.IfMatch.ToString() switch
    {
        "" or "*" => null,
        var etag => TryReadETag(etag) ?? DateTimeOffset.UnixEpoch,
    };

    private async Task<ProblemResult> NotAsExpected(
        CurrentUser user, Guid id, DateTimeOffset? ifUpdatedAt, CancellationToken cancellationToken) =>
        ifUpdatedAt is not null && await chats.Get(user, id, cancellationToken) is not null
            ? new ProblemResult(ProblemKind.PreconditionFailed, "The chat has changed since this ETag. Get it again and repeat the change.")
            : ProblemResult.NotFound;

    private Validation Validate(string? title, string? status, string? model, string? systemPrompt) => new Validation()
        .Words("title", title, 200)
        .OneOf("status", status, "active", "archived")
        .Model(model is "" ? null : model, settings)
        .Bytes("systemPrompt", systemPrompt, 32 * 1024);

    private static JsonResult<Chat> Answer(Chat chat, int status = StatusCodes.Status200OK) =>
        JsonResult.Of(chat, ChatBotJson.Default.Chat, status, $"\"{chat.UpdatedAt.UtcTicks:x}\"");

    private static DateTimeOffset? TryReadETag(string etag) =>
        long.TryParse(etag.Trim('"'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ticks)
        && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;
}
