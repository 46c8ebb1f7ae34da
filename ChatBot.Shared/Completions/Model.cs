namespace ChatBot.Shared.Completions;

/// <summary>A model that the caller may use.</summary>
/// <param name="Context">Tokens of prompt and answer together.</param>
/// <param name="MaxOutput">Tokens of one answer at the most.</param>
/// <param name="Prices">Per million tokens.</param>
public sealed record Model(string Name, int Context, int MaxOutput, ModelPrices Prices);

/// <summary>What a million tokens of each kind cost, in <paramref name="Currency"/> (ISO 4217).</summary>
public sealed record ModelPrices(decimal Input, decimal CachedInput, decimal CacheWrite, decimal Output, decimal Reasoning, string Currency);
