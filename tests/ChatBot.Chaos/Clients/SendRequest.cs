using System.Text.Json.Nodes;
using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Clients;

/// <summary>One send as its client wants it: the same however often and wherever it is repeated.</summary>
public sealed record SendRequest(ChaosChat Chat, SendKind Kind, Turn? Turn, string? Content)
{
    /// <summary>At the path that names no chat, which makes an unknown one.</summary>
    public bool IsUnconfigured { get; init; }

    public bool AsText { get; init; }

    public JsonNode? OnDisconnect { get; init; }

    public string Path => IsUnconfigured ? "/api/chat" : $"/api/chats/{Chat.Name}/stream";

    /// <summary>What tells a repeat from a second request, where no message id does.</summary>
    public string? IdempotencyKey { get; init; }

    public bool IsRepeatable => IdempotencyKey is not null || (Kind == SendKind.Submit && Turn!.MessageId is not null);

    public Guid? MessageUuid => Guid.TryParse(Turn?.MessageId, out var id) ? id : null;

    public JsonObject Body()
    {
        var body = new JsonObject();
        if (Kind == SendKind.Regenerate)
        {
            body["trigger"] = "regenerate-message";
            if (Turn?.AnswerId is { } answer)
            {
                body["messageId"] = answer.ToString();
            }
        }
        else
        {
            var message = new JsonObject { ["role"] = "user", ["content"] = Content };
            if (Turn!.MessageId is { } id)
            {
                message["id"] = id;
            }

            if (Kind == SendKind.Edit)
            {
                body["messageId"] = Turn.MessageId;
            }

            body[IsUnconfigured ? "messages" : "message"] = IsUnconfigured ? new JsonArray(message) : message;
        }

        if (IsUnconfigured)
        {
            body[AsText ? "chatId" : "id"] = Chat.Name;
        }

        if (OnDisconnect is not null)
        {
            body["onDisconnect"] = OnDisconnect.DeepClone();
        }

        return body;
    }
}
