using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class StackSettingsTests
{
    [Fact]
    public async Task The_program_is_pointed_at_the_stand_ins()
    {
        var (settings, url) = await BuildAsync([]);

        Assert.Equal($"{url}/v1", settings["OpenAI__Endpoint"]);
        Assert.Equal(url, settings["AzureOpenAI__Endpoint"]);
        Assert.Equal(url, settings["Supabase__Url"]);
        Assert.Equal(32, Convert.FromBase64String(settings["Encryption__Keys__1"]).Length);
    }

    [Fact]
    public async Task What_the_environment_says_wins_whatever_its_case()
    {
        var (settings, _) = await BuildAsync(new() { ["SUPABASE__URL"] = "https://project.example", ["Cors__AllowedOrigins__0"] = "https://app.example" });

        Assert.Equal("https://project.example", settings["Supabase__Url"]);
        Assert.Equal("https://app.example", settings["Cors__AllowedOrigins__0"]);
        Assert.DoesNotContain("Supabase__JwtSecret", settings.Keys);
    }

    [Fact]
    public async Task A_real_key_is_not_sent_to_the_stand_in()
    {
        var (settings, url) = await BuildAsync(new() { ["OpenAI__ApiKey"] = "sk-real" });

        Assert.DoesNotContain("OpenAI__Endpoint", settings.Keys);
        Assert.DoesNotContain("OpenAI__ApiKey", settings.Keys);
        Assert.Equal(url, settings["AzureOpenAI__Endpoint"]);
    }

    [Theory]
    [InlineData("Database__ConnectionString", false, true)]
    [InlineData("AzureWebJobsStorage", true, false)]
    [InlineData("AzureWebJobsStorage__queueServiceUri", true, false)]
    public void A_server_that_the_environment_names_is_not_started(string name, bool database, bool storage)
    {
        var settings = new StackSettings(new Dictionary<string, string> { [name] = "somewhere" });

        Assert.Equal((database, storage), (settings.OwnDatabase, settings.OwnStorage));
    }

    private static async Task<(Dictionary<string, string> Settings, string Url)> BuildAsync(Dictionary<string, string> environment)
    {
        await using var server = await StandInServer.StartAsync(new SupabaseAuth(), cancellationToken: TestContext.Current.CancellationToken);
        return (new StackSettings(environment).Build(StackState.Create(), null, null, null, null, server), server.Url);
    }
}
