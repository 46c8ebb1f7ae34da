namespace ChatBot.Shared.Messages;

/// <summary>Body of <c>POST /api/chats/{chatId}/messages</c>: stores a user message without calling a model.</summary>
/// <param name="Id">Of the client's choice, a UUID or any other text of 1 to 200 characters that can be a segment of a path; the server makes one where it is absent.</param>
/// <param name="Content">At most 256 KiB of UTF-8, not empty.</param>
public sealed record CreateMessageRequest(string? Id = null, string? Content = null);

/// <summary>Body of <c>PATCH …/{messageId}</c>. Only a user's own messages can be edited, not answers.</summary>
public sealed record UpdateMessageRequest(string? Content = null);

/// <summary>Body of <c>PUT …/{messageId}/feedback</c>.</summary>
/// <param name="Value"><c>up</c> or <c>down</c>.</param>
/// <param name="Comment">At most 2,000 characters.</param>
public sealed record FeedbackRequest(string? Value = null, string? Comment = null);
