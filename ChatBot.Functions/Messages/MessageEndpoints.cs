using System.Globalization;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Messages;

public static class MessageEndpoints
{
    public static void MapMessages(this IEndpointRouteBuilder api)
    {
        api.MapGet("/chats/{chatId}/messages", ListMessages).WithName(nameof(ListMessages));
        api.MapPost("/chats/{chatId}/messages", CreateMessage).WithName(nameof(CreateMessage));
        api.MapGet("/chats/{chatId}/messages/{messageId}", GetMessage).WithName(nameof(GetMessage));
        api.MapPatch("/chats/{chatId}/messages/{messageId}", UpdateMessage).WithName(nameof(UpdateMessage));
        api.MapDelete("/chats/{chatId}/messages/{messageId}", DeleteMessage).WithName(nameof(DeleteMessage));
        api.MapPut("/chats/{chatId}/messages/{messageId}/feedback", PutFeedback).WithName(nameof(PutFeedback));
    }

    private static async Task<IResult> ListMessages(
        string chatId, HttpContext http, CurrentUser user, MessageStore messages, CancellationToken cancellation)
    {
        if (Paging.Limit(http.Request) is not { } limit)
        {
            return Paging.InvalidLimit;
        }

        var (before, after) = (http.Request.Query["before"].ToString(), http.Request.Query["after"].ToString());
        if (!TryReadSeq(before, long.MaxValue, out var beforeSeq) || !TryReadSeq(after, 0, out var afterSeq) || (before, after) is ({ Length: > 0 }, { Length: > 0 }))
        {
            return ProblemResult.Invalid("before", "and after must be the seq of a message or a nextCursor, and only one of them given");
        }

        var chat = ClientId.ToUuid(chatId, user.Id);
        var page = after.Length > 0
            ? await messages.After(user, chat, afterSeq, limit, cancellation)
            : await messages.Before(user, chat, beforeSeq, limit, cancellation);
        return page is null ? ProblemResult.NotFound : JsonAnswer.Of(page, ChatBotJson.Default.PageMessage);
    }

    private static async Task<IResult> CreateMessage(
        string chatId, HttpContext http, CurrentUser user, MessageStore messages, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.CreateMessageRequest, cancellation, RequestBody.SendLimit);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        if (ValidateContent(request.Content).Length("id", request.Id, 1, ClientId.MaxLength).Problem() is { } invalid)
        {
            return invalid;
        }

        var chat = ClientId.ToUuid(chatId, user.Id);
        var id = request.Id is { } given ? ClientId.ToUuid(given, chat) : Guid.CreateVersion7();
        var isNew = await messages.Create(user, chat, id, request.Content!, ClientIdOf(request.Id), cancellation);
        if (await messages.Get(user, chat, id, cancellation) is not { } message)
        {
            return await messages.ChatExists(user, chat, cancellation)
                ? new ProblemResult(ProblemKind.IdInUse, "The id is taken. Choose another one.")
                : ProblemResult.NotFound;
        }

        if (!isNew && (message.Content != request.Content || message.Role != "user"))
        {
            return new ProblemResult(ProblemKind.IdInUse, "A message with this id and other content exists. Change it with PATCH, or choose another id.");
        }

        http.Response.Headers.Location = $"/api/chats/{message.ChatId}/messages/{message.Id}";
        return JsonAnswer.Of(message, ChatBotJson.Default.Message, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> GetMessage(
        string chatId, string messageId, CurrentUser user, MessageStore messages, CancellationToken cancellation)
    {
        var (chat, id) = Ids(user, chatId, messageId);
        return await messages.Get(user, chat, id, cancellation) is { } message
            ? JsonAnswer.Of(message, ChatBotJson.Default.Message)
            : ProblemResult.NotFound;
    }

    private static async Task<IResult> UpdateMessage(
        string chatId, string messageId, HttpContext http, CurrentUser user, MessageStore messages, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.UpdateMessageRequest, cancellation, RequestBody.SendLimit);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        if (ValidateContent(request.Content).Problem() is { } invalid)
        {
            return invalid;
        }

        var (chat, id) = Ids(user, chatId, messageId);
        var isChanged = await messages.Update(user, chat, id, request.Content!, cancellation);
        return await messages.Get(user, chat, id, cancellation) switch
        {
            null => ProblemResult.NotFound,
            { } message when isChanged => JsonAnswer.Of(message, ChatBotJson.Default.Message),
            _ => new ProblemResult(ProblemKind.Forbidden, "Only your own messages can be edited, not the model's answers."),
        };
    }

    private static async Task<IResult> DeleteMessage(
        string chatId, string messageId, CurrentUser user, MessageStore messages, CancellationToken cancellation)
    {
        var (chat, id) = Ids(user, chatId, messageId);
        return await messages.Delete(user, chat, id, cancellation) ? TypedResults.NoContent() : ProblemResult.NotFound;
    }

    private static async Task<IResult> PutFeedback(
        string chatId, string messageId, HttpContext http, CurrentUser user, MessageStore messages, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.FeedbackRequest, cancellation);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        var validation = new Validation()
            .Check("value", request.Value is "up" or "down", "must be one of: up, down")
            .Length("comment", request.Comment, 1, 2_000);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        var (chat, id) = Ids(user, chatId, messageId);
        return await messages.PutFeedback(user, chat, id, request, cancellation)
            && await messages.Get(user, chat, id, cancellation) is { } message
                ? JsonAnswer.Of(message, ChatBotJson.Default.Message)
                : ProblemResult.NotFound;
    }

    private static (Guid Chat, Guid Message) Ids(CurrentUser user, string chatId, string messageId)
    {
        var chat = ClientId.ToUuid(chatId, user.Id);
        return (chat, ClientId.ToUuid(messageId, chat));
    }

    private static string? ClientIdOf(string? id) => Guid.TryParse(id, out _) ? null : id;

    private static Validation ValidateContent(string? content) => new Validation()
        .Check("content", content is { Length: > 0 }, "must be a text that is not empty")
        .Content("content", content);

    private static bool TryReadSeq(string text, long whenAbsent, out long seq)
    {
        seq = whenAbsent;
        return text.Length == 0 || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seq) && seq >= 0);
    }
}
