using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Settings;
using ChatBot.Shared.Completions;

namespace ChatBot.Functions.Completions;

/// <summary>Makes one <see cref="SendCommand"/> of the bodies that clients send.</summary>
public sealed class SendRequestParser(ChatBotSettings settings)
{
    private const int MaxKeyLength = 200;

    public RequestBody<SendCommand> Read(HttpRequest http, CurrentUser user, string chatId, SendRequest request) =>
        Read(http, user, ClientId.ToUuid(chatId, user.Id), createsChat: false, request.Message, null, request.Model, request.OnDisconnect, request.Trigger, request.MessageId);

    public RequestBody<SendCommand> Read(HttpRequest http, CurrentUser user, ChatRequest request)
    {
        var chatId = request.Id ?? request.ChatId;
        if (new Validation().Id(request.Id is null ? "chatId" : "id", chatId).Problem() is { } invalid)
        {
            return new(null, invalid);
        }

        // Clients send the conversation as they have it; only the newest turn is news, the rest is the server's own.
        var newest = request.Messages?.LastOrDefault();
        if (newest is { Role: not (null or "user") })
        {
            if (request.Trigger != SendCommand.Regenerate)
            {
                return Invalid(new Validation().Check("messages", false, "must end with a message of role user"));
            }

            newest = null;
        }

        Guid? chat = chatId is null ? null : ClientId.ToUuid(chatId, user.Id);
        return Read(http, user, chat, createsChat: true, newest, request.Turns, request.Model, request.OnDisconnect, request.Trigger, request.MessageId);
    }

    private RequestBody<SendCommand> Read(
        HttpRequest http, CurrentUser user, Guid? givenChat, bool createsChat, SentMessage? message, int? turns, string? model, JsonElement? onDisconnect, string? trigger, string? messageId)
    {
        // To the client a retry is a regenerate, also of a send that was refused or lost: the message that it wants answered
        // tells, and may have to be stored first.
        var isRetry = trigger == SendCommand.Regenerate && messageId is null && message?.Id is not null;
        var isRegenerate = trigger == SendCommand.Regenerate && !isRetry;
        message = isRegenerate ? null : message;
        var content = message?.Text ?? "";
        var validation = new Validation()
            .OneOf("trigger", trigger, SendCommand.Submit, SendCommand.Regenerate)
            .Check("message", isRegenerate || content.Length > 0, "must have a text, in content or in parts")
            .Check("message.parts", message?.Parts?.All(p => p is { Type: "text" }) is not false, "may only be of type text")
            .Check("onDisconnect", TryReadDisconnectGrace(onDisconnect, out var disconnectGrace), "must be \"finish\", \"stop\" or the seconds to go on, 0 to 3600")
            .Content("message.content", content)
            .Id("message.id", message?.Id)
            .Id("messageId", messageId)
            .Model(model, settings);

        var header = http.Headers["Idempotency-Key"].ToString();
        validation.Check("Idempotency-Key", header.Length <= MaxKeyLength, $"must have at most {MaxKeyLength} characters");
        if (validation.Problem() is { } problem)
        {
            return new(null, problem);
        }

        // A repeat under a key has the ids of the first, also those that the client did not give.
        var key = KeyOf(http, header);
        var chat = givenChat ?? (key is null ? Guid.CreateVersion7() : ClientId.ToUuid(key, user.Id));
        var clientId = isRegenerate ? messageId : message!.Id;
        Guid? id = clientId is null ? null : ClientId.ToUuid(clientId, chat);
        var isUnnamed = header.Length == 0 && !isRegenerate && clientId is null;
        var isEdit = isRetry || (!isRegenerate && messageId is not null && id == ClientId.ToUuid(messageId, chat));
        return new(
            new SendCommand(
                chat,
                createsChat,
                isRegenerate,
                id ?? (isRegenerate ? null : key is null ? Guid.CreateVersion7() : ClientId.ToUuid(key, chat)),
                isEdit,
                isRegenerate || clientId is null || Guid.TryParse(clientId, out _) ? null : clientId,
                content,
                model,
                disconnectGrace,
                header.Length == 0 && id is not null && !isEdit && !isRegenerate ? $"message:{id}" : key,
                // Who says the same twice sends a longer conversation the second time.
                Fingerprint($"{trigger ?? SendCommand.Submit}\n{givenChat}\n{clientId}\n{isEdit}\n{model}\n{(isUnnamed ? turns : null)}\n{content}"),
                isUnnamed),
            null);
    }

    /// <summary>Of what the client sent, not of what was made up for it: the same for a repeat.</summary>
    private static byte[] Fingerprint(string request) => SHA256.HashData(Encoding.UTF8.GetBytes(request));

    /// <summary>The client's key, else what the Functions host gives a request that it sends again.</summary>
    private string? KeyOf(HttpRequest http, string header)
    {
        if (header.Length > 0)
        {
            return "key:" + header;
        }

        return settings.IsHosted && http.Headers["x-ms-invocation-id"].ToString() is { Length: > 0 and <= MaxKeyLength } invocation
            ? "invocation:" + invocation
            : null;
    }

    private static bool TryReadDisconnectGrace(JsonElement? policy, out int? seconds)
    {
        seconds = null;
        switch (policy)
        {
            case null or { ValueKind: JsonValueKind.Null }:
                return true;
            // As written: the text of a string may be no Unicode, and reading it then throws.
            case { ValueKind: JsonValueKind.String } text when text.GetRawText() == "\"finish\"":
                return true;
            case { ValueKind: JsonValueKind.String } text when text.GetRawText() == "\"stop\"":
                seconds = 0;
                return true;
            case { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var given) && given is >= 0 and <= 3600:
                seconds = given;
                return true;
            default:
                return false;
        }
    }

    private static RequestBody<SendCommand> Invalid(Validation validation) => new(null, validation.Problem());
}
