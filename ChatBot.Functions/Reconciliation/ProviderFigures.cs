namespace ChatBot.Functions.Reconciliation;

/// <summary>What a provider says of a model's use on one day.</summary>
/// <param name="Model">As the provider calls it.</param>
/// <param name="InputTokens">Cached ones included.</param>
/// <param name="Requests">0 where the provider does not say.</param>
public sealed record ProviderFigures(DateOnly Day, string Model, long InputTokens, long OutputTokens, long Requests);
