namespace ChatBot.Local;

/// <summary>A directive that cannot be understood; the caller is told with a 400.</summary>
public sealed class DirectiveException(string message) : Exception(message);
