namespace ChatBot.Local;

/// <summary>Arguments that make no sense. The message says which.</summary>
public sealed class CommandLineException(string message) : Exception(message);
