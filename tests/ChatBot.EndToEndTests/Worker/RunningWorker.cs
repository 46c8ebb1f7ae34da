using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;

namespace ChatBot.EndToEndTests.Worker;

/// <summary>
/// The worker behind a host that polls its queues and fires its timers. It has servers of its own: a program of another test would
/// take operations that are due in the same database, and not finish what it takes just before it ends.
/// </summary>
public sealed class RunningWorker : PublishedProgram
{
    public const string Origin = "https://chat.example.com";

    /// <summary>What the host polls. Further hosts and programs on the same servers have queues that nobody polls.</summary>
    public StorageAccount Storage { get; private set; } = null!;

    public FunctionsHost Host { get; private set; } = null!;

    public Uri Address => new(Host.BaseUrl);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Storage = new(Stack.Azurite);
        Host = await StartHost(
            new() { Package = Package, AllowedOrigins = [Origin] },
            ("AzureWebJobsStorage", Storage.ConnectionString),
            ("Streams__LeaseSeconds", "5"));
    }

    public Task<TestUser> NewUser() => NewUser(Address);

    /// <summary>Who may read everybody's usage.</summary>
    public TestUser Billing() => new(
        LocalUser.Ada.Id, Stack.Tokens.Mint(LocalUser.Ada.Token() with { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } }), Address);

    public override async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Storage.DisposeAsync();
        await base.DisposeAsync();
    }
}
