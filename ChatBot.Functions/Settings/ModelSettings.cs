namespace ChatBot.Functions.Settings;

public enum ModelProvider
{
    OpenAI,
    AzureOpenAI,
}

/// <summary>What bounds the tokens that a model makes of a text.</summary>
public enum TokenEncoding
{
    /// <summary>It counts as gpt-4o does, and all models of OpenAI since.</summary>
    O200kBase,

    /// <summary>No more than the bytes of its UTF-8, which holds for every vocabulary that has all bytes.</summary>
    Bytes,
}

/// <summary>A model that may be asked for by name.</summary>
/// <param name="Deployment">What the provider calls it.</param>
/// <param name="Context">Tokens of prompt and answer together.</param>
/// <param name="MaxOutput">Tokens of one answer at the most, reasoning included.</param>
/// <param name="Encoding">By it the tokens of a prompt are bounded before it is sent.</param>
/// <param name="Fallbacks">The models to try when this one cannot be reached.</param>
public sealed record ModelSettings(
    string Name,
    ModelProvider Provider,
    string Deployment,
    int Context,
    int MaxOutput,
    TokenEncoding Encoding,
    IReadOnlyList<string> Fallbacks)
{
    // Context and output sizes as OpenAI publishes them.
    private static readonly (string Name, int Context, int MaxOutput)[] s_byDefault =
    [
        ("gpt-4o", 128_000, 16_384),
        ("gpt-4o-mini", 128_000, 16_384),
        ("gpt-4.1", 1_047_576, 32_768),
        ("gpt-4.1-mini", 1_047_576, 32_768),
        ("gpt-4.1-nano", 1_047_576, 32_768),
    ];

    public static IReadOnlyList<ModelSettings> ReadAll(SettingReader reader, ProviderSettings providers)
    {
        var configured = reader.Children("Models").ToList();
        if (configured.Count == 0)
        {
            return [.. s_byDefault.Select(m => new ModelSettings(m.Name, ModelProvider.OpenAI, m.Name, m.Context, m.MaxOutput, TokenEncoding.O200kBase, []))];
        }

        var models = configured.ConvertAll(section => Read(reader, section.Path, providers));
        foreach (var (section, model) in configured.Zip(models))
        {
            if (models.Count(m => m.Name == model.Name) > 1)
            {
                reader.Mistake($"{section.Path}:Name", "names a model twice", "gpt-4o");
            }

            foreach (var fallback in model.Fallbacks.Where(f => models.TrueForAll(m => m.Name != f)))
            {
                reader.Mistake($"{section.Path}:Fallbacks", $"names '{fallback}', which is not a configured model", "gpt-4o-mini");
            }

            // A prompt is bounded once, before any of them is called.
            foreach (var fallback in model.Fallbacks.Where(f => model.Encoding is not TokenEncoding.Bytes
                && models.Exists(m => m.Name == f && m.Encoding is TokenEncoding.Bytes)))
            {
                reader.Mistake($"{section.Path}:Fallbacks", $"names '{fallback}', whose Encoding is bytes, as that of this model is not", "gpt-4o-mini");
            }
        }

        return models;
    }

    private static ModelSettings Read(SettingReader reader, string path, ProviderSettings providers)
    {
        var name = reader.Required($"{path}:Name", "gpt-4o");
        var defaultValue = Array.Find(s_byDefault, m => m.Name == name);
        var provider = (reader.Optional($"{path}:Provider") ?? "openai").ToLowerInvariant() switch
        {
            "openai" => ModelProvider.OpenAI,
            "azure" => ModelProvider.AzureOpenAI,
            _ => Mistaken(),
        };
        var encoding = (reader.Optional($"{path}:Encoding") ?? "o200k_base").ToLowerInvariant() switch
        {
            "o200k_base" => TokenEncoding.O200kBase,
            "bytes" => TokenEncoding.Bytes,
            _ => MistakenEncoding(),
        };
        if (provider is ModelProvider.AzureOpenAI && providers.AzureOpenAIEndpoint is null)
        {
            reader.Mistake("AzureOpenAI:Endpoint", $"is missing, and the model '{name}' is configured to be there", "https://<resource>.openai.azure.com");
        }

        if (name.Length > 100)
        {
            reader.Mistake($"{path}:Name", "is longer than 100 characters", "gpt-4o");
        }

        var context = reader.Integer($"{path}:Context", defaultValue.Context is 0 ? 128_000 : defaultValue.Context, 1_024, 10_000_000);
        var maxOutput = reader.Integer($"{path}:MaxOutput", defaultValue.MaxOutput is 0 ? 4_096 : defaultValue.MaxOutput, 16, 1_000_000);
        if (maxOutput >= context)
        {
            reader.Mistake($"{path}:MaxOutput", "leaves nothing of the context for a prompt", "4096");
        }

        return new ModelSettings(
            name,
            provider,
            reader.Optional($"{path}:Deployment") ?? name,
            context,
            maxOutput,
            encoding,
            reader.Optional($"{path}:Fallbacks")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []);

        ModelProvider Mistaken()
        {
            reader.Mistake($"{path}:Provider", "is neither openai nor azure", "azure");
            return ModelProvider.OpenAI;
        }

        TokenEncoding MistakenEncoding()
        {
            reader.Mistake($"{path}:Encoding", "is neither o200k_base nor bytes", "o200k_base");
            return TokenEncoding.Bytes;
        }
    }
}
