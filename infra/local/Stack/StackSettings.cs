namespace ChatBot.Local;

/// <summary>The program's settings. Where the environment names a database, storage account or provider, that one is used and ours is left out.</summary>
internal sealed class StackSettings
{
    private readonly Dictionary<string, string> _environment;

    // The program's configuration does not tell cases apart.
    public StackSettings(IReadOnlyDictionary<string, string> environment) => _environment = new(environment, StringComparer.OrdinalIgnoreCase);

    public bool OwnDatabase => !Has("Database__ConnectionString");

    public bool OwnStorage => !Has("AzureWebJobsStorage") && !Has("AzureWebJobsStorage__queueServiceUri") && !Has("AzureWebJobsStorage__accountName");

    public bool OwnDurableTask => !Has("DurableTask__Endpoint");

    public bool OwnAuth => !Has("Supabase__Url");

    public bool OwnOpenAI => !Has("OpenAI__ApiKey");

    public bool OwnAzureOpenAI => !Has("AzureOpenAI__ApiKey") && !Has("AzureOpenAI__Endpoint");

    /// <summary>What names the storage account: our own, or the environment's.</summary>
    public Dictionary<string, string> Storage(AzuriteServer? azurite) =>
        azurite is not null
            ? new() { ["AzureWebJobsStorage"] = azurite.ConnectionString }
            : _environment.Where(setting => setting.Key.StartsWith("AzureWebJobsStorage", StringComparison.OrdinalIgnoreCase)).ToDictionary();

    public Dictionary<string, string> Build(
        StackState state, PostgresServer? postgres, PgBouncerServer? pooler, AzuriteServer? azurite, DurableTaskServer? durableTask, StandInServer standIn)
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Supabase__Url"] = standIn.Url,
            ["Encryption__Keys__1"] = state.EncryptionKey,
            ["Encryption__CurrentVersion"] = "1",
            ["Cors__AllowedOrigins__0"] = "http://localhost:5173",
            // A few users here ask for as much as thousands do elsewhere.
            ["Limits__ReadsPerMinute"] = "1000000",
            ["Limits__WritesPerMinute"] = "1000000",
            ["Limits__KeyChecksPerMinute"] = "1000000",
            ["Limits__ConcurrentRequests"] = "10000",
        };
        // Not beside somebody else's project, whose secret is its own.
        if (OwnAuth)
        {
            settings["Supabase__JwtSecret"] = state.JwtSecret;
        }

        if (postgres is not null)
        {
            settings["Database__ConnectionString"] = pooler?.Uri() ?? postgres.Uri("authenticator");
        }

        if (azurite is not null)
        {
            settings["AzureWebJobsStorage"] = azurite.ConnectionString;
        }

        if (durableTask is not null)
        {
            settings["DurableTask__Endpoint"] = durableTask.Url;
        }

        if (OwnOpenAI)
        {
            settings["OpenAI__Endpoint"] = $"{standIn.Url}/v1";
            settings["OpenAI__ApiKey"] = "sk-local-stand-in";
        }
        if (OwnAzureOpenAI)
        {
            settings["AzureOpenAI__Endpoint"] = standIn.Url;
            settings["AzureOpenAI__ApiKey"] = "local-stand-in";
        }
        foreach (var name in settings.Keys.Where(Has).ToArray())
        {
            settings[name] = _environment[name];
        }

        return settings;
    }

    private bool Has(string name) => _environment.TryGetValue(name, out var value) && value.Length > 0;
}
