using ChatBot.Functions.Settings;
using Xunit;

namespace ChatBot.Tests.Infrastructure;

/// <summary>The app settings that the templates give are read by the program, all of them and as they are meant.</summary>
public sealed class AppSettingTests
{
    // What the Functions host reads, and the program does not.
    private static readonly string[] s_ofTheHost = ["AzureWebJobsStorage__credential", "AzureWebJobsStorage__tableServiceUri"];

    // Where the vault's secrets have these values.
    private static readonly Dictionary<string, string> s_secrets = new()
    {
        ["database-connection-string"] = "postgresql://authenticator:password@db.example.com:6543/postgres",
        ["supabase-jwt-secret"] = new('s', 40),
        ["data-key-1"] = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]),
        ["data-key-2"] = Convert.ToBase64String([.. Enumerable.Repeat((byte)2, 32)]),
        ["openai-api-key"] = "sk-openai",
        ["openai-admin-key"] = "sk-admin",
        ["alert-webhook-secret"] = $"whsec_{Convert.ToBase64String(new byte[32])}",
    };

    [Fact]
    public async Task The_program_starts_with_them()
    {
        var (settings, _) = Read((await Plan.Full).AppSettings);

        Assert.Equal("https://project.supabase.co/auth/v1", settings.Supabase.Issuer);
        Assert.Equal(new string('s', 40), System.Text.Encoding.UTF8.GetString(settings.Supabase.JwtSecret!));
        Assert.Null(settings.Storage.ConnectionString);
        Assert.Equal("https://azure.example.com/", settings.Storage.QueueServiceUri?.AbsoluteUri);
        Assert.Equal((2, 2), (settings.Encryption.Keys.Count, settings.Encryption.CurrentVersion));
        Assert.Equal(("sk-openai", "https://azure.example.com/"), (settings.Providers.OpenAIKey, settings.Providers.AzureOpenAIEndpoint?.AbsoluteUri));
        Assert.Null(settings.Providers.AzureOpenAIKey);
        Assert.Equal("gpt-4.1-nano", settings.Titles.Model);
        Assert.Equal("https://alerts.example.com/chatbot", settings.Webhook?.Url.AbsoluteUri);
        Assert.Equal("sk-admin", settings.Reconciliation.OpenAIAdminKey);
        Assert.Equal(TimeSpan.FromSeconds(900), settings.Streams.Total);
        Assert.StartsWith("InstrumentationKey=", settings.Telemetry?.AzureMonitor, StringComparison.Ordinal);
        Assert.NotNull(settings.Telemetry?.Identity?.ClientId);
    }

    [Fact]
    public async Task The_models_are_those_of_the_parameters()
    {
        var (settings, _) = Read((await Plan.Full).AppSettings);

        Assert.Equal(
            [
                "gpt-4.1-mini AzureOpenAI gpt-4.1-mini 1047576 32768 > gpt-4.1-nano,gpt-4o",
                "gpt-4.1-nano AzureOpenAI gpt-4.1-nano 1047576 32768 > ",
                "gpt-4o OpenAI gpt-4o 128000 16384 > ",
            ],
            settings.Models.Select(m => $"{m.Name} {m.Provider} {m.Deployment} {m.Context} {m.MaxOutput} > {string.Join(',', m.Fallbacks)}"));
    }

    [Fact]
    public async Task The_example_starts_it_too_with_its_own_list_of_models()
    {
        var (settings, _) = Read((await Plan.Example).AppSettings);

        Assert.Contains(settings.Models, m => m.Name == "gpt-4o");
        Assert.All(settings.Models, m => Assert.Equal(ModelProvider.OpenAI, m.Provider));
        Assert.Null(settings.Webhook);
    }

    [Fact]
    public async Task None_is_there_that_nobody_reads()
    {
        var given = (await Plan.Full).AppSettings;
        var (_, read) = Read(given);

        Assert.Empty(given.Keys.Where(name => !read.Contains(name)).Except(s_ofTheHost));
    }

    [Fact]
    public async Task Every_secret_is_a_reference_to_the_vault()
    {
        var plan = await Plan.Full;
        var vault = PlanTests.LastName(plan.Only("Microsoft.KeyVault/vaults"));
        var references = plan.AppSettings.Where(s => s.Value.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal)).ToDictionary();

        Assert.Equal(
            [
                "Alerts__WebhookSecret", "Database__ConnectionString", "Encryption__Keys__1", "Encryption__Keys__2", "OpenAI__ApiKey",
                "Reconciliation__OpenAIAdminKey", "Supabase__JwtSecret",
            ],
            references.Keys.Order(StringComparer.Ordinal));
        Assert.All(references.Values, value => Assert.Contains($"VaultName={vault};", value, StringComparison.Ordinal));
        Assert.DoesNotContain(plan.AppSettings.Values, value => value.Contains(Plan.Canary, StringComparison.Ordinal));
        Assert.DoesNotContain(Plan.Canary, plan.Outputs.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_has_a_secret_behind_it_that_the_templates_can_write()
    {
        var plan = await Plan.Full;
        var written = plan.All("Microsoft.KeyVault/vaults/secrets").Select(PlanTests.LastName);
        var read = plan.AppSettings.Values.Where(value => value.StartsWith('@')).Select(SecretName);

        // Later data keys are put into the vault by hand.
        Assert.Equal(read.Except(["data-key-2"]).Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    private static (ChatBotSettings Settings, IReadOnlySet<string> Read) Read(IReadOnlyDictionary<string, string> given)
    {
        var recorder = new ReadRecorder(given.ToDictionary(s => s.Key, s => Resolve(s.Value)));
        return (ChatBotSettings.Read(new ConfigurationRoot([recorder]), isHosted: true), recorder.Names);
    }

    private static string Resolve(string value) => value switch
    {
        ['@', ..] => s_secrets[SecretName(value)],
        ['[', ..] when value.EndsWith(".ConnectionString]", StringComparison.Ordinal) =>
            "InstrumentationKey=11111111-1111-1111-1111-111111111111;IngestionEndpoint=https://azure.example.com/",
        ['[', ..] when value.Contains("Authorization=AAD", StringComparison.Ordinal) => "ClientId=22222222-2222-2222-2222-222222222222;Authorization=AAD",
        ['[', ..] => "https://azure.example.com/",
        _ => value,
    };

    private static string SecretName(string reference) => reference.Split("SecretName=")[1].TrimEnd(')');
}
