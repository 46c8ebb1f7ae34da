using System.Globalization;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using ChatBot.Shared.Chats;

namespace ChatBot.Functions.Chats;

public static class ChatEndpoints
{
    public static void MapChats(this IEndpointRouteBuilder api)
    {
        api.MapPost("/chats", CreateChat).WithName(nameof(CreateChat));
        api.MapGet("/chats", ListChats).WithName(nameof(ListChats));
        api.MapGet("/chats/{chatId}", GetChat).WithName(nameof(GetChat));
        api.MapPatch("/chats/{chatId}", UpdateChat).WithName(nameof(UpdateChat));
        api.MapDelete("/chats/{chatId}", DeleteChat).WithName(nameof(DeleteChat));
    }

    private static async Task<IResult> CreateChat(
        HttpContext http, CurrentUser user, ChatStore chats, ChatBotSettings settings, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.CreateChatRequest, cancellation);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        var validation = Validate(settings, request.Title, null, request.Model, request.SystemPrompt)
            .Length("id", request.Id, 1, ClientId.MaxLength)
            .Check("model", request.Model is not "", "must not be empty")
            .Check("systemPrompt", request.SystemPrompt is not "", "must not be empty");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        var id = request.Id is { } given ? ClientId.ToUuid(given, user.Id) : Guid.CreateVersion7();
        if (await chats.Create(user, id, request, cancellation) is not var (isNew, chat))
        {
            return new ProblemResult(ProblemKind.IdInUse, "The id is taken. Choose another one.");
        }

        // The same create again gives the same chat; another one under its id does not.
        var isRepeat = chat.Title == (request.Title ?? "New chat") && chat.Model == request.Model && chat.SystemPrompt == request.SystemPrompt;
        if (!isNew && !isRepeat)
        {
            return new ProblemResult(ProblemKind.IdInUse, "A chat with this id and other values exists. Change it with PATCH, or choose another id.");
        }

        http.Response.Headers.Location = $"/api/chats/{chat.Id}";
        return Answer(chat, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> ListChats(HttpContext http, CurrentUser user, ChatStore chats, CancellationToken cancellation)
    {
        var query = http.Request.Query;
        var status = query["status"].ToString() is { Length: > 0 } s ? s : null;
        if (new Validation().OneOf("status", status, "active", "archived").Problem() is { } invalid)
        {
            return invalid;
        }

        if (Paging.Limit(http.Request) is not { } limit)
        {
            return Paging.InvalidLimit;
        }

        if (!Paging.TryReadCursor(query["cursor"].ToString(), out var before, out var beforeId))
        {
            return Paging.InvalidCursor;
        }

        return JsonAnswer.Of(await chats.List(user, status, limit, before, beforeId, cancellation), ChatBotJson.Default.PageChat);
    }

    private static async Task<IResult> GetChat(string chatId, CurrentUser user, ChatStore chats, CancellationToken cancellation) =>
        await chats.Get(user, ClientId.ToUuid(chatId, user.Id), cancellation) is { } chat ? Answer(chat) : ProblemResult.NotFound;

    private static async Task<IResult> UpdateChat(
        string chatId, HttpContext http, CurrentUser user, ChatStore chats, ChatBotSettings settings, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.UpdateChatRequest, cancellation);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        if (Validate(settings, request.Title, request.Status, request.Model, request.SystemPrompt).Problem() is { } invalid)
        {
            return invalid;
        }

        var ifMatch = http.Request.Headers.IfMatch.ToString();
        DateTimeOffset? ifUpdatedAt = null;
        if (ifMatch is not ("" or "*"))
        {
            // An ETag that is not one of ours matches nothing.
            ifUpdatedAt = TryReadETag(ifMatch) ?? DateTimeOffset.UnixEpoch;
        }

        var id = ClientId.ToUuid(chatId, user.Id);
        if (await chats.Update(user, id, request, ifUpdatedAt, cancellation) is { } chat)
        {
            return Answer(chat);
        }

        return ifUpdatedAt is not null && await chats.Get(user, id, cancellation) is not null
            ? new ProblemResult(ProblemKind.PreconditionFailed, "The chat is not as it was at this ETag. Get it again, then repeat the change.")
            : ProblemResult.NotFound;
    }

    private static async Task<IResult> DeleteChat(string chatId, CurrentUser user, ChatStore chats, CancellationToken cancellation) =>
        await chats.Delete(user, ClientId.ToUuid(chatId, user.Id), cancellation) ? TypedResults.NoContent() : ProblemResult.NotFound;

    private static Validation Validate(ChatBotSettings settings, string? title, string? status, string? model, string? systemPrompt) => new Validation()
        .Length("title", title, 1, 200)
        .OneOf("status", status, "active", "archived")
        .Model(model is "" ? null : model, settings)
        .Bytes("systemPrompt", systemPrompt, 32 * 1024);

    private static JsonAnswer<Chat> Answer(Chat chat, int status = StatusCodes.Status200OK) =>
        JsonAnswer.Of(chat, ChatBotJson.Default.Chat, status, $"\"{chat.UpdatedAt.UtcTicks:x}\"");

    private static DateTimeOffset? TryReadETag(string etag) =>
        long.TryParse(etag.Trim('"'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ticks)
        && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;
}
