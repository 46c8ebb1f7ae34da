namespace ChatBot.Shared.Chats;

/// <summary>A conversation of one user.</summary>
/// <param name="Title">1 to 200 characters.</param>
/// <param name="Status"><c>active</c> or <c>archived</c>.</param>
/// <param name="Model">The model that answers in this chat; null leaves the choice to the user's preferences.</param>
/// <param name="SystemPrompt">What the model is told before the conversation, at most 32 KiB of UTF-8.</param>
/// <param name="UpdatedAt">The last change, a message sent included; lists are sorted by it.</param>
public sealed record Chat(
    Guid Id,
    string Title,
    string Status,
    string? Model,
    string? SystemPrompt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);
