using System.Text.Json;

namespace ChatBot.Shared.Messages;

/// <summary>One message of a chat.</summary>
/// <param name="Seq">Its place in the chat: grows with every message, with gaps. Usable as <c>before</c> and <c>after</c>.</param>
/// <param name="ClientId">The id that the client gave, where that was not a UUID.</param>
/// <param name="Role"><c>user</c>, <c>assistant</c> or <c>system</c>.</param>
/// <param name="Status"><c>complete</c>; for answers also <c>streaming</c>, <c>interrupted</c>, <c>stopped</c> or <c>failed</c>.</param>
/// <param name="FinishReason">Why the model ended: <c>stop</c>, <c>length</c>, <c>content-filter</c>, <c>tool-calls</c>, <c>error</c> or <c>other</c>.</param>
/// <param name="Receipt">What the answer took: model, attempts, payer, timings, and once recorded the tokens of each kind and the cost.</param>
/// <param name="Feedback"><c>up</c> or <c>down</c>, where given.</param>
public sealed record Message(
    Guid Id,
    Guid ChatId,
    long Seq,
    string? ClientId,
    string Role,
    string Content,
    string Status,
    string? Model,
    string? FinishReason,
    JsonElement? Receipt,
    string? Feedback,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);
