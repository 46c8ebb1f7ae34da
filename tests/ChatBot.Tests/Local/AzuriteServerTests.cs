using Azure;
using Azure.Storage.Queues;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class AzuriteServerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Messages_outlive_a_restart_on_the_same_ports()
    {
        await using var server = await AzuriteServer.StartAsync(new(_directory.Path), TestContext.Current.CancellationToken);
        var options = new QueueClientOptions { Retry = { MaxRetries = 0 } };
        var queue = new QueueClient(server.ConnectionString, AzuriteServer.Queues[0], options);
        await queue.SendMessageAsync("kept", TestContext.Current.CancellationToken);

        await server.StopAsync();
        await Assert.ThrowsAsync<RequestFailedException>(() => queue.PeekMessageAsync(TestContext.Current.CancellationToken));
        await server.RestartAsync(TestContext.Current.CancellationToken);

        Assert.Equal("kept", (await queue.PeekMessageAsync(TestContext.Current.CancellationToken)).Value.MessageText);
    }

    public void Dispose() => _directory.Dispose();
}
