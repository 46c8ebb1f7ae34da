using System.Globalization;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Shared.Messages;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Messages;

public sealed class MessageFunctions(MessageStore messages)
{
    private static readonly ProblemResult s_notAsExpected = new(
        ProblemKind.PreconditionFailed, "The message has changed since this ETag. Get it again and repeat the change.");

    [Function(nameof(ListMessages))]
    public async Task<IResult> ListMessages(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chats/{chatId}/messages")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken)
    {
        if (Paging.Limit(request) is not { } limit)
        {
            return Paging.InvalidLimit;
        }

        var (before, after) = (request.Query["before"].ToString(), request.Query["after"].ToString());
        if (!TryReadSeq(before, long.MaxValue, out var beforeSeq) || !TryReadSeq(after, 0, out var afterSeq) || (before, after) is ({ Length: > 0 }, { Length: > 0 }))
        {
            return ProblemResult.Invalid("before", "and after must be the seq of a message or a nextCursor, and only one of them given");
        }

        var chat = ClientId.ToUuid(chatId, user.Id);
        var page = after.Length > 0
            ? await messages.After(user, chat, afterSeq, limit, cancellationToken)
            : await messages.Before(user, chat, beforeSeq, limit, cancellationToken);
        return page is null ? ProblemResult.NotFound : page;
    }

    [Function(nameof(CreateMessage))]
    public async Task<IResult> CreateMessage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chats/{chatId}/messages")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken)
    {
        var body = await request.ReadBody(ChatBotJson.Default.CreateMessageRequest, cancellationToken, RequestBody.SendLimit);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        if (ValidateContent(sent.Content).Id("id", sent.Id).Problem() is { } invalid)
        {
            return invalid;
        }

        var chat = ClientId.ToUuid(chatId, user.Id);
        var id = sent.Id is { } given ? ClientId.ToUuid(given, chat) : Guid.CreateVersion7();
        var isNew = await messages.Create(user, chat, id, sent.Content!, ClientIdOf(sent.Id), cancellationToken);
        if (await messages.Get(user, chat, id, cancellationToken) is not { } message)
        {
            return await messages.ChatExists(user, chat, cancellationToken)
                ? new ProblemResult(ProblemKind.IdInUse, "The id is taken. Choose another one.")
                : ProblemResult.NotFound;
        }

        if (!isNew && (message.Content != sent.Content || message.Role != "user"))
        {
            return new ProblemResult(ProblemKind.IdInUse, "A message with this id and other content exists. Change it with PATCH, or choose another id.");
        }

        request.HttpContext.Response.Headers.Location = $"/api/chats/{message.ChatId}/messages/{message.Id}";
        return Answer(message, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    [Function(nameof(GetMessage))]
    public async Task<IResult> GetMessage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chats/{chatId}/messages/{messageId}")] HttpRequest request,
        CurrentUser user, string chatId, string messageId, CancellationToken cancellationToken)
    {
        var (chat, id) = Ids(user, chatId, messageId);
        return await messages.Get(user, chat, id, cancellationToken) is { } message ? Answer(message) : ProblemResult.NotFound;
    }

    [Function(nameof(UpdateMessage))]
    public async Task<IResult> UpdateMessage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "chats/{chatId}/messages/{messageId}")] HttpRequest request,
        CurrentUser user, string chatId, string messageId, CancellationToken cancellationToken)
    {
        var body = await request.ReadBody(ChatBotJson.Default.UpdateMessageRequest, cancellationToken, RequestBody.SendLimit);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        if (ValidateContent(sent.Content).Problem() is { } invalid)
        {
            return invalid;
        }

        var (chat, id) = Ids(user, chatId, messageId);
        var expected = await Expected(request, user, chat, id, cancellationToken);
        if (expected.Problem is not null)
        {
            return expected.Problem;
        }

        var isChanged = await messages.Update(user, chat, id, sent.Content!, expected.UpdatedAt, cancellationToken);
        return await messages.Get(user, chat, id, cancellationToken) switch
        {
            null => ProblemResult.NotFound,
            { } message when isChanged => Answer(message),
            { Role: "user" } => s_notAsExpected,
            _ => new ProblemResult(ProblemKind.Forbidden, "Only your own messages can be edited, not the model's answers."),
        };
    }

    [Function(nameof(DeleteMessage))]
    public async Task<IResult> DeleteMessage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "chats/{chatId}/messages/{messageId}")] HttpRequest request,
        CurrentUser user, string chatId, string messageId, CancellationToken cancellationToken)
    {
        var (chat, id) = Ids(user, chatId, messageId);
        var expected = await Expected(request, user, chat, id, cancellationToken);
        if (expected.Problem is not null)
        {
            return expected.Problem;
        }

        if (await messages.Delete(user, chat, id, expected.UpdatedAt, cancellationToken))
        {
            return TypedResults.NoContent();
        }

        return expected.UpdatedAt is not null && await messages.Get(user, chat, id, cancellationToken) is not null ? s_notAsExpected : ProblemResult.NotFound;
    }

    /// <summary>What If-Match demands of a message: when it was changed last where its state is the one that the client knows.</summary>
    private async Task<(DateTimeOffset? UpdatedAt, ProblemResult? Problem)> Expected(
        HttpRequest request, CurrentUser user, Guid chat, Guid id, CancellationToken cancellationToken)
    {
        if (request.Headers.IfMatch.ToString() is "" or "*")
        {
            return (null, null);
        }

        if (await messages.Get(user, chat, id, cancellationToken) is not { } message)
        {
            return (null, ProblemResult.NotFound);
        }

        var tag = ContentTag.Of(message, ChatBotJson.Default.Message);
        return request.GetTypedHeaders().IfMatch.Any(known => !known.IsWeak && known.Tag == tag) ? (message.UpdatedAt, null) : (null, s_notAsExpected);
    }

    internal static JsonResult<Message> Answer(Message message, int status = StatusCodes.Status200OK) =>
        JsonResult.Of(message, ChatBotJson.Default.Message, status, ContentTag.Of(message, ChatBotJson.Default.Message));

    internal static (Guid Chat, Guid Message) Ids(CurrentUser user, string chatId, string messageId)
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
