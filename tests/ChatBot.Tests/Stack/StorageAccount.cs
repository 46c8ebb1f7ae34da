using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>A storage account of a test's own, which the program reaches over wires.</summary>
public sealed class StorageAccount(AzuriteServer azurite) : IAsyncDisposable
{
    private static int _taken = -1;

    private readonly int _n = Interlocked.Increment(ref _taken);
    private readonly Dictionary<string, QueueClient> _queues = [];

    /// <summary>Between the program and the queues.</summary>
    public HttpWire Wire { get; } = new(azurite.QueuePort);

    /// <summary>Between the program and the blobs.</summary>
    public HttpWire BlobWire { get; } = new(azurite.BlobPort);

    /// <summary>Past the wires.</summary>
    public string ConnectionString => azurite.SpareConnectionString(_n);

    /// <summary>The program's setting.</summary>
    public (string Name, string Value) Setting => ("AzureWebJobsStorage", azurite.SpareConnectionString(_n, BlobWire.Port, Wire.Port));

    /// <summary>Straight to a queue.</summary>
    public async Task<QueueClient> Queue(string name)
    {
        if (!_queues.TryGetValue(name, out var queue))
        {
            queue = new QueueClient(ConnectionString, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
            await queue.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
            _queues[name] = queue;
        }

        return queue;
    }

    /// <summary>Puts a message into a queue that was delivered a few times before, in vain.</summary>
    public async Task Put(string name, string body, int deliveries = 0)
    {
        var queue = await Queue(name);
        await queue.SendMessageAsync(body, TestContext.Current.CancellationToken);
        for (var n = 0; n < deliveries; n++)
        {
            QueueMessage? message = await queue.ReceiveMessageAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            if (message is null)
            {
                // A program was faster, and has it for a while: another one takes its place.
                await Put(name, body, deliveries);
                return;
            }

            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.Body, TimeSpan.Zero, TestContext.Current.CancellationToken);
        }
    }

    public async Task<int> Count(string name) =>
        (await (await Queue(name)).GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount;

    /// <summary>Empties a queue, also of what is hidden.</summary>
    public async Task Clear(string name) => await (await Queue(name)).ClearMessagesAsync(TestContext.Current.CancellationToken);

    /// <summary>Takes the next message, if there is one, so that nobody else sees it.</summary>
    public async Task<QueueMessage?> Take(string name) =>
        await (await Queue(name)).ReceiveMessageAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    /// <summary>Waits until nothing is in the queue any more, also nothing hidden.</summary>
    public async Task WaitUntilEmpty(string name)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30);
        while (await Count(name) > 0)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"{name} is not emptied.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Wire.DisposeAsync();
        await BlobWire.DisposeAsync();
    }
}
