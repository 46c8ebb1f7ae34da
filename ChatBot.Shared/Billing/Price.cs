namespace ChatBot.Shared.Billing;

/// <summary>Prices of a model per million tokens, in force until its next one. They are never edited.</summary>
/// <param name="ValidFrom">From when it is in force: not in the past where the model has a price; in a body absent is from now on.</param>
/// <param name="Input">Of uncached input tokens.</param>
/// <param name="CacheWrite">Of input tokens that the provider wrote to its cache; in a body absent is as <paramref name="Input"/>.</param>
/// <param name="Output">Of output tokens that are no reasoning.</param>
/// <param name="Currency">ISO 4217; the same for all prices.</param>
public sealed record Price(
    Guid? Id = null,
    string? Model = null,
    DateTimeOffset? ValidFrom = null,
    decimal? Input = null,
    decimal? CachedInput = null,
    decimal? CacheWrite = null,
    decimal? Output = null,
    decimal? Reasoning = null,
    string Currency = "USD");
