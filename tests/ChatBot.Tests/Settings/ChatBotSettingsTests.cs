using Xunit;

namespace ChatBot.Tests.Settings;

public sealed class ChatBotSettingsTests
{
    [Fact]
    public void The_required_settings_are_enough()
    {
        var settings = SettingsText.Read();

        Assert.False(settings.IsHosted);
        Assert.Empty(settings.AllowedOrigins);
        Assert.Equal("https://api.openai.com/v1", settings.Providers.OpenAIEndpoint.ToString());
        Assert.Contains(settings.Models, m => m.Name == "gpt-4o");
        Assert.Equal(TimeSpan.FromSeconds(30), settings.Streams.FirstToken);
        Assert.Equal(TimeSpan.FromMinutes(10), settings.Streams.Total);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Database.StatementTimeout);
    }

    [Theory]
    [InlineData("Database__ConnectionString")]
    [InlineData("Supabase__Url")]
    [InlineData("AzureWebJobsStorage")]
    [InlineData("Encryption__Keys__1")]
    public void A_setting_that_is_missing_is_named_with_an_example(string name)
    {
        foreach (var absent in (string?[])[null, "", "  "])
        {
            var mistake = Assert.Single(SettingsText.Mistakes((name, absent)));

            Assert.StartsWith($"Setting {name} is missing", mistake, StringComparison.Ordinal);
            Assert.Matches($"Example: {name}=.+", mistake);
        }
    }

    /// <summary>The platform hands on what it cannot resolve as it is: a text that anybody can guess must never become a secret.</summary>
    [Theory]
    [InlineData("Supabase__JwtSecret")]
    [InlineData("Supabase__Url")]
    [InlineData("OpenAI__ApiKey")]
    [InlineData("Database__ConnectionString")]
    [InlineData("Reconciliation__OpenAIAdminKey")]
    public void A_reference_to_key_vault_that_was_not_resolved_is_no_value(string name)
    {
        var mistake = Assert.Single(SettingsText.Mistakes((name, "@Microsoft.KeyVault(VaultName=kv-chatbot-production;SecretName=the-secret-of-it)")));

        Assert.StartsWith($"Setting {name} is a reference to Key Vault that was not resolved", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Database__ConnectionString", "postgresql://authenticator:" + SettingsText.Password + "@db:port/postgres")]
    [InlineData("Database__ConnectionString", "postgresql://authenticator:" + SettingsText.Password)]
    [InlineData("Database__ConnectionString", "postgresql://authenticator:" + SettingsText.Password + "@/postgres")]
    [InlineData("Database__ConnectionString", "postgresql://u:" + SettingsText.Password + "@db/postgres?sslmode=maybe")]
    [InlineData("Database__ConnectionString", "postgresql://u:" + SettingsText.Password + "@db/postgres?sslmode")]
    [InlineData("Database__ConnectionString", "postgresql://u:" + SettingsText.Password + "@db/postgres?colour=red")]
    [InlineData("Database__ConnectionString", "Host=db;Password=" + SettingsText.Password + ";Colour=red")]
    [InlineData("Database__ConnectionString", "Username=u;Password=" + SettingsText.Password)]
    [InlineData("Database__ConnectionString", "Host=db;Port=" + SettingsText.Password)]
    [InlineData("Database__ConnectionString", "mysql://u:" + SettingsText.Password + "@db/postgres")]
    [InlineData("Database__PoolSize", "0")]
    [InlineData("Database__PoolSize", "many")]
    [InlineData("Database__PoolSize", "201")]
    [InlineData("Database__PoolWaitSeconds", "-1")]
    [InlineData("Database__StatementTimeoutSeconds", "61")]
    [InlineData("Supabase__Url", "project.supabase.co")]
    [InlineData("Supabase__Url", "ftp://project.supabase.co")]
    [InlineData("Supabase__JwtSecret", "only 31 characters of a secret.")]
    [InlineData("AzureWebJobsStorage__queueServiceUri", "account")]
    [InlineData("Encryption__Keys__1", "not Base64!")]
    [InlineData("Encryption__Keys__1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("Encryption__Keys__1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Encryption__Keys__first", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Encryption__Keys__0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Encryption__CurrentVersion", "2")]
    [InlineData("Encryption__CurrentVersion", "latest")]
    [InlineData("OpenAI__Endpoint", "api.openai.com")]
    [InlineData("AzureOpenAI__Endpoint", "resource")]
    [InlineData("Streams__FirstTokenSeconds", "0")]
    [InlineData("Streams__IdleSeconds", "601")]
    [InlineData("Streams__TotalSeconds", "a while")]
    [InlineData("Streams__KeepAliveSeconds", "1.5")]
    [InlineData("Streams__LeaseSeconds", "1")]
    [InlineData("Streams__GraceSeconds", "-5")]
    [InlineData("Limits__ReadsPerMinute", "0")]
    [InlineData("Limits__WritesPerMinute", "1000001")]
    [InlineData("Limits__KeyChecksPerMinute", "few")]
    [InlineData("Limits__ConcurrentRequests", "-1")]
    [InlineData("Limits__AddressRequestsPerMinute", "1e3")]
    [InlineData("Limits__ResponseBytesPerSecond", "0")]
    [InlineData("Limits__TrustedProxies__0", "proxy.example.com")]
    [InlineData("Limits__TrustedProxies__0", "10.0.0.0/33")]
    [InlineData("AzureWebJobs__RecordUsage__Disabled", "yes")]
    [InlineData("Logging__Console__FormatterName", "systemd")]
    [InlineData("Cors__AllowedOrigins__0", "*")]
    [InlineData("Cors__AllowedOrigins__0", "https://*")]
    [InlineData("Cors__AllowedOrigins__0", "https://*.example.com")]
    [InlineData("Cors__AllowedOrigins__0", "chat.example.com")]
    [InlineData("Cors__AllowedOrigins__0", "https://chat.example.com/app")]
    [InlineData("Cors__AllowedOrigins__0", "https://chat.example.com?x=1")]
    [InlineData("Cors__AllowedOrigins__0", "https://chat.example.com#top")]
    [InlineData("Cors__AllowedOrigins__0", "https://ada@chat.example.com")]
    [InlineData("Cors__AllowedOrigins__0", "null")]
    [InlineData("Cors__AllowedOrigins__0", "")]
    public void A_value_that_makes_no_sense_is_one_mistake_that_names_it(string name, string value)
    {
        var mistake = Assert.Single(SettingsText.Mistakes((name, value)));

        Assert.StartsWith($"Setting {name} ", mistake, StringComparison.Ordinal);
        Assert.Contains($"Example: {name}=", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_of_one_start_are_told_together()
    {
        var mistakes = SettingsText.Mistakes(
            ("Database__ConnectionString", null),
            ("Supabase__Url", "nonsense"),
            ("AzureWebJobsStorage", null),
            ("Encryption__Keys__1", "short"),
            ("Streams__TotalSeconds", "0"),
            ("Cors__AllowedOrigins__0", "*"),
            ("Models__0__Name", "gpt-4o"),
            ("Models__0__Provider", "nobody"));

        Assert.Equal(7, mistakes.Count);
    }

    [Theory]
    [InlineData("https://chat.example.com", "https://chat.example.com")]
    [InlineData("https://Chat.Example.com/", "https://chat.example.com")]
    [InlineData("https://chat.example.com:443", "https://chat.example.com")]
    [InlineData("http://localhost:5173", "http://localhost:5173")]
    public void An_origin_is_read_as_browsers_write_it(string value, string expected) =>
        Assert.Equal([expected], SettingsText.Read(("Cors__AllowedOrigins__0", value)).AllowedOrigins);

    [Fact]
    public void A_function_is_disabled_as_on_azure() =>
        Assert.Equal(
            ["RecordUsage"],
            SettingsText.Read(("AzureWebJobs__RecordUsage__Disabled", "true"), ("AzureWebJobs__EnforceUsageCaps__Disabled", "false")).DisabledFunctions);

    [Fact]
    public void Storage_is_named_by_a_connection_string_or_by_the_addresses_of_its_queues_and_blobs() =>
        Assert.Equal(
            new Uri("https://account.queue.core.windows.net"),
            SettingsText.Read(
                ("AzureWebJobsStorage", null),
                ("AzureWebJobsStorage__queueServiceUri", "https://account.queue.core.windows.net"),
                ("AzureWebJobsStorage__blobServiceUri", "https://account.blob.core.windows.net")).Storage.QueueServiceUri);

    [Fact]
    public void The_address_of_the_queues_alone_is_not_enough() =>
        Assert.Contains("AzureWebJobsStorage__blobServiceUri", Assert.Single(SettingsText.Mistakes(
            ("AzureWebJobsStorage", null), ("AzureWebJobsStorage__queueServiceUri", "https://account.queue.core.windows.net"))), StringComparison.Ordinal);
}
