namespace ChatBot.Functions.Models;

/// <summary>
/// What one call took. Tokens that came from the provider's cache, and those that were written to it, are part of the input, reasoning
/// tokens of the output.
/// </summary>
public readonly record struct TokenUsage(int Input, int CachedInput, int Output, int Reasoning, int CacheWrite = 0);
