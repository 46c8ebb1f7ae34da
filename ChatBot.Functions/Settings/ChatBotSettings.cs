namespace ChatBot.Functions.Settings;

/// <summary>All settings, read once and checked before anything starts.</summary>
public sealed record ChatBotSettings(
    DatabaseSettings Database,
    SupabaseSettings Supabase,
    StorageSettings Storage,
    ProviderSettings Providers,
    IReadOnlyList<ModelSettings> Models,
    EncryptionSettings Encryption,
    StreamSettings Streams,
    ModelCallSettings ModelCalls,
    BillingSettings Billing,
    TitleSettings Titles,
    WebhookSettings? Webhook,
    ReconciliationSettings Reconciliation,
    TelemetrySettings? Telemetry,
    IReadOnlyList<string> AllowedOrigins,
    int? CustomHandlerPort)
{
    /// <summary>Whether the Functions host started this program, proxies to it and triggers it.</summary>
    public bool IsHosted => CustomHandlerPort is not null;

    /// <exception cref="SettingsException">Something is missing or wrong; the message names each setting with an example.</exception>
    public static ChatBotSettings Read(IConfiguration configuration)
    {
        var reader = new SettingReader(configuration);
        var providers = ProviderSettings.Read(reader);
        var models = ModelSettings.ReadAll(reader, providers);
        var settings = new ChatBotSettings(
            DatabaseSettings.Read(reader),
            SupabaseSettings.Read(reader),
            StorageSettings.Read(reader),
            providers,
            models,
            EncryptionSettings.Read(reader),
            StreamSettings.Read(reader),
            ModelCallSettings.Read(reader),
            BillingSettings.Read(reader),
            TitleSettings.Read(reader, models),
            WebhookSettings.Read(reader),
            ReconciliationSettings.Read(reader),
            TelemetrySettings.Read(reader),
            ReadOrigins(reader),
            ReadPort(reader));

        reader.ThrowIfMistaken();
        return settings;
    }

    private static List<string> ReadOrigins(SettingReader reader)
    {
        var origins = new List<string>();
        foreach (var child in reader.Children("Cors:AllowedOrigins"))
        {
            if (Uri.TryCreate(child.Value, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
                && uri is { UserInfo: "", PathAndQuery: "/", Fragment: "" })
            {
                origins.Add(uri.GetLeftPart(UriPartial.Authority));
            }
            else
            {
                reader.Mistake(child.Path, "is not an origin (scheme, host and port, without a path or a wildcard)", "https://chat.example.com");
            }
        }

        return origins;
    }

    private static int? ReadPort(SettingReader reader) =>
        reader.Optional("FUNCTIONS_CUSTOMHANDLER_PORT") is null ? null : reader.Integer("FUNCTIONS_CUSTOMHANDLER_PORT", 7071, 1, 65535);
}
