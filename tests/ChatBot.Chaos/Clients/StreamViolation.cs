namespace ChatBot.Chaos.Clients;

/// <summary>An answer that is not as the protocol says.</summary>
public sealed class StreamViolation(string message) : Exception(message);
