namespace ChatBot.Shared.Chats;

/// <summary>Body of <c>PATCH /api/chats/{chatId}</c>: what is absent stays as it is; null or an empty string takes a model or a system prompt away.</summary>
public sealed record UpdateChatRequest(string? Title = null, string? Status = null, string? Model = null, string? SystemPrompt = null);
