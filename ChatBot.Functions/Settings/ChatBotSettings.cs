namespace ChatBot.Functions.Settings;

/// <summary>All settings, read once and checked before anything starts.</summary>
/// <param name="DurableTask">Null under a Functions host, which does that itself.</param>
public sealed record ChatBotSettings(
    DatabaseSettings Database,
    SupabaseSettings Supabase,
    StorageSettings Storage,
    DurableTaskSettings? DurableTask,
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
    LogSettings Log,
    LimitSettings Limits,
    IReadOnlyList<string> AllowedOrigins,
    IReadOnlySet<string> DisabledFunctions,
    bool IsHosted)
{
    /// <param name="isHosted">Whether a Functions host started this program, forwards requests to it and triggers its functions.</param>
    /// <exception cref="SettingsException">Something is missing or wrong; the message names each setting with an example.</exception>
    public static ChatBotSettings Read(IConfiguration configuration, bool isHosted = false)
    {
        var reader = new SettingReader(configuration);
        var providers = ProviderSettings.Read(reader);
        var models = ModelSettings.ReadAll(reader, providers);
        var settings = new ChatBotSettings(
            DatabaseSettings.Read(reader),
            SupabaseSettings.Read(reader),
            StorageSettings.Read(reader),
            isHosted ? null : DurableTaskSettings.Read(reader),
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
            LogSettings.Read(reader),
            LimitSettings.Read(reader),
            ReadOrigins(reader),
            ReadDisabled(reader),
            isHosted);

        reader.ThrowIfInvalid();
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

    /// <summary>As Azure names the setting: AzureWebJobs.NAME.Disabled.</summary>
    private static HashSet<string> ReadDisabled(SettingReader reader)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var function in reader.Children("AzureWebJobs"))
        {
            if (!bool.TryParse(function["Disabled"], out var isDisabled))
            {
                reader.Mistake($"{function.Path}:Disabled", "is neither true nor false", "true");
            }
            else if (isDisabled)
            {
                names.Add(function.Key);
            }
        }

        return names;
    }
}
