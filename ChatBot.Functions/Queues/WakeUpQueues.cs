using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Core;
using Azure.Storage.Queues;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Settings;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

/// <summary>The storage queues. Bodies are Base64, as the Functions host expects them.</summary>
public sealed class WakeUpQueues(StorageSettings settings)
{
    private readonly ConcurrentDictionary<string, QueueClient> _clients = new();

    /// <summary>Raised when this process sent to a queue, so that it need not wait for its next look.</summary>
    public event Action<string>? Sent;

    public async Task Send(string queue, WakeUp wakeUp, CancellationToken cancellation)
    {
        var body = BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(wakeUp, WakeUpJson.Default.WakeUp));
        await Client(queue).SendMessageAsync(body, cancellationToken: cancellation);
        Sent?.Invoke(queue);
    }

    public QueueClient Client(string queue) => _clients.GetOrAdd(queue, Connect);

    private QueueClient Connect(string queue)
    {
        var options = new QueueClientOptions
        {
            MessageEncoding = QueueMessageEncoding.Base64,
            Retry = { MaxRetries = 2, Mode = RetryMode.Exponential, Delay = TimeSpan.FromMilliseconds(100), NetworkTimeout = TimeSpan.FromSeconds(5) },
        };
        options.MessageDecodingFailed += failed => Poison(queue, failed);
        return settings.ConnectionString is { } connection
            ? new QueueClient(connection, queue, options)
            : new QueueClient(new Uri(settings.QueueServiceUri!, queue), Identities.Of(settings.ClientId), options);
    }

    /// <summary>What is not Base64 never reaches a function, as under the host: it goes to the poison queue at once.</summary>
    private async Task Poison(string queue, QueueMessageDecodingFailedEventArgs failed)
    {
        if (failed.ReceivedMessage is { } message)
        {
            var isPoison = queue.EndsWith(QueueNames.PoisonSuffix, StringComparison.Ordinal);
            await Client(isPoison ? queue : queue + QueueNames.PoisonSuffix).SendMessageAsync(message.Body, cancellationToken: failed.CancellationToken);
            await failed.Queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, failed.CancellationToken);
        }
    }
}
