using System.Text.Json;
using ChatBot.Local;
using Xunit;

namespace ChatBot.PackageTests;

/// <summary>The folder that is zipped to Azure Functions, which CHATBOT_PACKAGE names.</summary>
public sealed class PackageTests
{
    private static readonly string s_folder = RepositoryRoot.Combine(
        Environment.GetEnvironmentVariable("CHATBOT_PACKAGE") ?? throw new InvalidOperationException("CHATBOT_PACKAGE does not name a published package."));

    /// <summary>On a change that is meant, run with CHATBOT_UPDATE_SNAPSHOTS=1 and read the difference.</summary>
    [Fact]
    public void Its_functions_are_those_of_the_committed_snapshot()
    {
        var snapshot = RepositoryRoot.Combine("tests", "ChatBot.PackageTests", "functions.snapshot.txt");
        using var metadata = Read("functions.metadata");
        var current = string.Concat(metadata.RootElement.EnumerateArray()
            .Select(function => $"{function.GetProperty("name")}: {Describe(function.GetProperty("bindings")[0])}\n")
            .Order(StringComparer.Ordinal));
        if (Environment.GetEnvironmentVariable("CHATBOT_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(snapshot, current);
        }

        Assert.Equal(File.ReadAllText(snapshot), current);
    }

    [Fact]
    public void The_host_finds_in_it_what_it_is_to_start()
    {
        using var worker = Read("worker.config.json");
        var description = worker.RootElement.GetProperty("description");

        Assert.Equal("dotnet-isolated", description.GetProperty("language").GetString());
        Assert.Equal("dotnet", description.GetProperty("defaultExecutablePath").GetString());
        Assert.True(File.Exists(Path.Combine(s_folder, description.GetProperty("defaultWorkerPath").GetString()!)));
        Assert.True(Directory.Exists(Path.Combine(s_folder, ".azurefunctions")));
    }

    [Fact]
    public void The_host_is_told_to_hand_on_what_queues_hold_as_it_is()
    {
        using var host = Read("host.json");

        Assert.False(host.RootElement.TryGetProperty("customHandler", out _));
        Assert.Equal("none", host.RootElement.GetProperty("extensions").GetProperty("queues").GetProperty("messageEncoding").GetString());
        Assert.Equal("api", host.RootElement.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Fact]
    public void The_host_finds_in_it_its_own_extensions()
    {
        using var extensions = Read("extensions.json");

        var names = extensions.RootElement.GetProperty("extensions").EnumerateArray().Select(e => e.GetProperty("name").GetString());
        Assert.Superset(new HashSet<string?> { "AzureStorageQueues", "DurableTask" }, names.ToHashSet());
    }

    private static JsonDocument Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, file)));

    private static string Describe(JsonElement trigger) => trigger.GetProperty("type").GetString() switch
    {
        "httpTrigger" => $"{string.Join(' ', trigger.GetProperty("methods").EnumerateArray())} {trigger.GetProperty("route")}",
        "queueTrigger" => $"queue {trigger.GetProperty("queueName")}",
        "timerTrigger" => $"timer {trigger.GetProperty("schedule")}",
        var type => type!,
    };
}
