namespace ChatBot.Local;

/// <summary>Something that whoever started the stack can put right. The message says what.</summary>
public sealed class LocalStackException(string message, Exception? inner = null) : Exception(message, inner);
