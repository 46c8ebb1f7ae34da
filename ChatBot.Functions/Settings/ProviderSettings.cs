namespace ChatBot.Functions.Settings;

/// <summary>Where models are called. A provider without an address or key is not used.</summary>
/// <param name="AzureOpenAIKey">Null with an address: the managed identity is used.</param>
public sealed record ProviderSettings(
    Uri OpenAIEndpoint,
    string? OpenAIKey,
    Uri? AzureOpenAIEndpoint,
    string? AzureOpenAIKey,
    string? AzureOpenAIClientId)
{
    public static ProviderSettings Read(SettingReader reader) => new(
        reader.Uri("OpenAI:Endpoint", "https://api.openai.com/v1") ?? new Uri("https://api.openai.com/v1"),
        reader.Optional("OpenAI:ApiKey"),
        reader.Uri("AzureOpenAI:Endpoint", "https://<resource>.openai.azure.com"),
        reader.Optional("AzureOpenAI:ApiKey"),
        reader.Optional("AzureOpenAI:ClientId"));
}
