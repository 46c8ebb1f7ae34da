using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>A task hub of a test's own, on a storage account of its own: else the programs of other databases would do what is to be done.</summary>
public sealed class TestTaskHub : IAsyncDisposable
{
    private readonly DurableTaskServer _server;

    private TestTaskHub(StorageAccount storage, DurableTaskServer server) => (Storage, _server) = (storage, server);

    /// <summary>For programs that are to take part in no task hub: nobody listens there.</summary>
    public static (string Name, string Value) None { get; } = ("DurableTask__Endpoint", "http://127.0.0.1:1");

    public StorageAccount Storage { get; }

    /// <summary>The program's.</summary>
    public (string Name, string Value)[] Settings => [Storage.Setting, (None.Name, _server.Url)];

    public static async Task<TestTaskHub> Start(TestStack stack)
    {
        var storage = new StorageAccount(stack.Local.Azurite);
        var settings = new Dictionary<string, string> { ["AzureWebJobsStorage"] = storage.ConnectionString };
        return new TestTaskHub(storage, await DurableTaskServer.StartAsync(settings, cancellationToken: TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Storage.DisposeAsync();
    }
}
