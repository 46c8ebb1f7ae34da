namespace ChatBot.Functions.Settings;

/// <summary>How the ledger is compared with what the providers say.</summary>
/// <param name="OpenAIAdminKey">Null: OpenAI is not asked.</param>
/// <param name="OpenAIProjects">The projects of the organization whose use is ours; all where none is named.</param>
/// <param name="LeastRatio">Of our tokens to the provider's: below it, or above its inverse, the figures are off.</param>
public sealed record ReconciliationSettings(string? OpenAIAdminKey, IReadOnlyList<string> OpenAIProjects, decimal LeastRatio)
{
    public static ReconciliationSettings Read(SettingReader reader) => new(
        reader.Optional("Reconciliation:OpenAIAdminKey"),
        reader.Optional("Reconciliation:OpenAIProjects")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
        reader.Number("Reconciliation:LeastRatio", 0.99m, 0.5m, 1m));
}
