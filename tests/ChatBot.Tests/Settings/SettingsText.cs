using ChatBot.Functions.Settings;
using Xunit;

namespace ChatBot.Tests.Settings;

/// <summary>Good settings, changed in places, as environment variables name them.</summary>
internal static class SettingsText
{
    public const string Password = "p4ssw0rd-canary";

    public static readonly string DataKey = Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(n => (byte)n)]);

    public static ChatBotSettings Read(params (string Name, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Database__ConnectionString"] = $"postgresql://authenticator:{Password}@db.example.com:6543/postgres",
            ["Supabase__Url"] = "https://project.supabase.co",
            ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true",
            ["DurableTask__Endpoint"] = "http://127.0.0.1:4001",
            ["Encryption__Keys__1"] = DataKey,
        };
        foreach (var (name, value) in changes)
        {
            settings[name] = value;
        }

        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Where(s => s.Value is not null).Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), s.Value)))
            .Build();
        return ChatBotSettings.Read(configuration);
    }

    /// <summary>What is wrong with them, a line per mistake.</summary>
    public static IReadOnlyList<string> Mistakes(params (string Name, string? Value)[] changes)
    {
        var exception = Assert.Throws<SettingsException>(() => Read(changes));
        Assert.Equal(string.Join(Environment.NewLine, exception.Mistakes), exception.Message);
        Assert.DoesNotContain(Password, exception.ToString(), StringComparison.Ordinal);
        return exception.Mistakes;
    }
}
