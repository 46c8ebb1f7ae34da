namespace ChatBot.Local;

public sealed record ChatMessage(string Role, string Content);
