namespace ChatBot.Shared.Chats;

/// <summary>Body of <c>POST /api/chats</c>. Repeating it with the same id and body gives the first result again.</summary>
/// <param name="Id">Of the client's choice, a UUID or any other text of 1 to 200 characters that can be a segment of a path; the server makes one where it is absent.</param>
/// <param name="Title">1 to 200 characters; absent is "New chat", until the first message or a model names it.</param>
/// <param name="Model">The name of a configured model.</param>
/// <param name="SystemPrompt">At most 32 KiB of UTF-8.</param>
public sealed record CreateChatRequest(string? Id = null, string? Title = null, string? Model = null, string? SystemPrompt = null);
