using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Worker;

/// <summary>The worker behind a host that polls its queues and fires its timers, on a storage account of its own.</summary>
public sealed class RunningWorker(PublishedProgram published) : IAsyncLifetime
{
    public const string Origin = "https://chat.example.com";

    private DurableTaskServer _taskHub = null!;

    public StorageAccount Storage { get; } = new(published.Stack.Azurite);

    public FunctionsHost Host { get; private set; } = null!;

    public Uri Address => new(Host.BaseUrl);

    public async ValueTask InitializeAsync()
    {
        // Of its own, so that no other program takes what it is to do.
        _taskHub = await DurableTaskServer.StartAsync(new Dictionary<string, string> { ["AzureWebJobsStorage"] = Storage.ConnectionString });
        Host = await published.StartHost(
            new() { Package = PublishedProgram.Package, AllowedOrigins = [Origin] },
            ("AzureWebJobsStorage", Storage.ConnectionString),
            ("DurableTask__Endpoint", _taskHub.Url),
            ("Streams__LeaseSeconds", "5"));
    }

    public Task<TestUser> NewUser() => published.NewUser(Address);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _taskHub.DisposeAsync();
        await Storage.DisposeAsync();
    }
}
