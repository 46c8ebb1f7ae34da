using System.Text.Json;

namespace ChatBot.Shared.Messages;

/// <summary>One message of a chat.</summary>
/// <param name="Seq">Its place in the chat: grows with every message, with gaps. Usable as <c>before</c> and <c>after</c>.</param>
/// <param name="ClientId">The id that the client gave, where that was not a UUID.</param>
/// <param name="Role"><c>user</c>, <c>assistant</c> or <c>system</c>.</param>
/// <param name="Status"><c>complete</c>; for answers also <c>streaming</c>, <c>interrupted</c>, <c>stopped</c> or <c>failed</c>.</param>
/// <param name="FinishReason">Why the model ended: <c>stop</c>, <c>length</c>, <c>content-filter</c>, <c>tool-calls</c>, <c>error</c> or <c>other</c>.</param>
/// <param name="Receipt">What the answer took, once it has ended: see <see cref="Completions.Receipt"/>.</param>
/// <param name="Feedback">The user's own, where they gave some.</param>
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
    Feedback? Feedback,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>What a user thinks of an answer.</summary>
/// <param name="Value"><c>up</c> or <c>down</c>.</param>
/// <param name="Comment">1 to 2,000 characters.</param>
public sealed record Feedback(string Value, string? Comment);

/// <summary>The same, as who has the billing role reads it: not whose it is, but of which answer.</summary>
/// <param name="Model">That answered.</param>
/// <param name="GivenAt">Or last changed.</param>
public sealed record GivenFeedback(Guid MessageId, string? Model, string Value, string? Comment, DateTimeOffset GivenAt);
