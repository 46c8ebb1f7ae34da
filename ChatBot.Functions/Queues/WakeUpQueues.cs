using System.Collections.Concurrent;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

/// <summary>The storage queues. Bodies are Base64, as the Functions host expects them.</summary>
public sealed partial class WakeUpQueues(StorageSettings settings, ILogger<WakeUpQueues> log)
{
    private readonly ConcurrentDictionary<string, QueueClient> _clients = new();

    /// <summary>Raised when this process sent to a queue, so that it need not wait for its next look.</summary>
    public event Action<string>? Sent;

    public async Task Send(string queue, WakeUp wakeUp, CancellationToken cancellation)
    {
        using var span = Traces.BeginSend(queue, wakeUp.TraceParent);
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(wakeUp with { TraceParent = span?.Id ?? wakeUp.TraceParent }, WakeUpJson.Default.WakeUp);
            await Send(queue, BinaryData.FromBytes(body), cancellation);
        }
        catch (Exception e)
        {
            span.Fail(e.GetType().Name);
            throw;
        }

        Sent?.Invoke(queue);
    }

    /// <summary>Wakes who stores the message of a completion that ended. Where that fails the timer does it, so nothing is thrown.</summary>
    public async Task TryWake(Guid completionId, string? traceParent, bool hasClaim)
    {
        try
        {
            await Send(QueueNames.AssistantMessages, new WakeUp(1, completionId, traceParent, hasClaim), CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.NotWoken(log, completionId, e.GetType().Name);
        }
    }

    public async Task Send(string queue, BinaryData body, CancellationToken cancellation)
    {
        try
        {
            await Client(queue).SendMessageAsync(body, cancellationToken: cancellation);
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // A new storage account; under the host nobody else makes the queues.
            await Client(queue).CreateIfNotExistsAsync(cancellationToken: cancellation);
            await Client(queue).SendMessageAsync(body, cancellationToken: cancellation);
        }
    }

    /// <summary>Whether the storage account answers: a new one has no queues until the first is sent to.</summary>
    /// <exception cref="RequestFailedException">It does not.</exception>
    public Task Ping(CancellationToken cancellation) => Client(QueueNames.AssistantMessages).ExistsAsync(cancellation);

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
            await Send(isPoison ? queue : queue + QueueNames.PoisonSuffix, message.Body, failed.CancellationToken);
            await failed.Queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, failed.CancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Nobody could be woken for completion {Completion}: {Reason}")]
        public static partial void NotWoken(ILogger log, Guid completion, string reason);
    }
}
