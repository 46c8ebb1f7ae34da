namespace ChatBot.Chaos.Journals;

/// <summary>What a client deleted, or tried to.</summary>
/// <param name="Marker">Of the user message; null where an answer or the chat is meant.</param>
/// <param name="AnswerId">Null where a user message or the chat is meant.</param>
public sealed record Deletion(Guid ChatId, string? Marker, Guid? AnswerId, bool IsKnown);
