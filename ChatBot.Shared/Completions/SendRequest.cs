using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatBot.Shared.Completions;

/// <summary>Body of <c>POST /api/chats/{chatId}/stream</c>. Members that are not named here are passed over, as clients differ.</summary>
/// <param name="Message">The user's message. With the trigger <c>regenerate-message</c> and no <c>messageId</c> the one to answer anew, stored first where it is not; it may be absent then.</param>
/// <param name="Model">A configured model that the plan allows.</param>
/// <param name="OnDisconnect"><c>"finish"</c> (default), <c>"stop"</c>, or the seconds (0 to 3600) to go on after the client has left.</param>
/// <param name="Trigger"><c>submit-message</c> (default) or <c>regenerate-message</c>.</param>
/// <param name="MessageId">With <c>submit-message</c> the user message that is replaced; with <c>regenerate-message</c> the answer to write anew, by default the last.</param>
public sealed record SendRequest(
    SentMessage? Message = null,
    string? Model = null,
    JsonElement? OnDisconnect = null,
    string? Trigger = null,
    string? MessageId = null);

/// <summary>Body of <c>POST /api/chat</c>: <c>{messages, chatId}</c>, or the AI SDK's <c>{id, messages, trigger, messageId}</c>.</summary>
/// <param name="Id">The AI SDK's chat id, any text; an unknown one makes a new chat.</param>
/// <param name="ChatId">The same for clients that want the bare text back.</param>
/// <param name="Messages">The conversation, newest last. Only the newest user message is used: the history is the server's own.</param>
public sealed record ChatRequest(
    string? Id = null,
    string? ChatId = null,
    IReadOnlyList<SentMessage>? Messages = null,
    string? Model = null,
    JsonElement? OnDisconnect = null,
    string? Trigger = null,
    string? MessageId = null)
{
    /// <summary>How many messages the body had, of which only the newest may have been kept.</summary>
    [JsonIgnore]
    public int? Turns { get; init; }
}

/// <summary>Body of <c>POST /api/chats/{chatId}/stop</c>, which may be left out.</summary>
/// <param name="MessageId">The user message whose answer is to stop, also where the message has still to come; by default whatever runs in the chat.</param>
public sealed record StopRequest(string? MessageId = null);

/// <summary>A message as clients send it: <c>content</c>, or where that is absent or empty the AI SDK's <c>parts</c>.</summary>
public sealed record SentMessage(
    string? Id = null,
    string? Role = null,
    string? Content = null,
    IReadOnlyList<SentPart?>? Parts = null)
{
    [JsonIgnore]
    public string Text => Content is { Length: > 0 } content ? content : string.Concat(Parts?.Select(p => p?.Text) ?? []);
}

/// <summary>A part of a message; only <c>type: "text"</c> can be sent.</summary>
public sealed record SentPart(string? Type = null, string? Text = null);
