namespace ChatBot.Shared.Usage;

/// <summary>A closed day's use of a model, as the ledger and as the provider has it.</summary>
/// <param name="Provider"><c>openai</c> or <c>azure</c>.</param>
/// <param name="Day">In UTC.</param>
/// <param name="Model">Ours, or the provider's name for it where nothing here goes by it.</param>
/// <param name="Ratio">Our tokens by the provider's; null where the provider has none.</param>
public sealed record DailyReconciliation(
    string Provider,
    DateOnly Day,
    string Model,
    ReconciledUsage Ours,
    ReconciledUsage Theirs,
    decimal? Ratio,
    DateTimeOffset ComparedAt);

/// <param name="InputTokens">Cached ones included.</param>
/// <param name="Requests">Null where the provider does not say.</param>
public sealed record ReconciledUsage(long InputTokens, long OutputTokens, long? Requests);
