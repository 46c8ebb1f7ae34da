using System.Collections.Concurrent;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ChatBot.Functions.Azure;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

/// <summary>The storage queues. Bodies are Base64; what reads them decodes them itself, so that it sees those that are not, too.</summary>
public sealed partial class WakeUpQueues(StorageSettings settings, ILogger<WakeUpQueues> log)
{
    private readonly ConcurrentDictionary<string, QueueClient> _clients = new();

    /// <summary>Raised when this process sent to a queue, so that it need not wait for its next look.</summary>
    public event Action<string>? Sent;

    public async Task Send(string queue, WakeUp wakeUp, CancellationToken cancellationToken)
    {
        using var span = Traces.BeginSend(queue, wakeUp.TraceParent);
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(wakeUp with { TraceParent = span?.Id ?? wakeUp.TraceParent }, WakeUpJson.Default.WakeUp);
            await Send(queue, BinaryData.FromBytes(body), cancellationToken);
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

    public Task Send(string queue, BinaryData body, CancellationToken cancellationToken) => SendAsItIs(queue, Convert.ToBase64String(body), cancellationToken);

    /// <param name="text">What another queue held.</param>
    public async Task SendAsItIs(string queue, string text, CancellationToken cancellationToken)
    {
        try
        {
            await Client(queue).SendMessageAsync(text, cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // A new storage account; under the host nobody else makes the queues.
            await Client(queue).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await Client(queue).SendMessageAsync(text, cancellationToken);
        }
    }

    /// <summary>About how many messages a queue holds, hidden ones too.</summary>
    public async Task<int> Count(string queue, CancellationToken cancellationToken)
    {
        try
        {
            return (await Client(queue).GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return 0;
        }
    }

    /// <summary>Whether the storage account answers: a new one has no queues until the first is sent to.</summary>
    /// <exception cref="RequestFailedException">It does not.</exception>
    public Task Ping(CancellationToken cancellationToken) => Client(QueueNames.AssistantMessages).ExistsAsync(cancellationToken);

    public QueueClient Client(string queue) => _clients.GetOrAdd(queue, Connect);

    private QueueClient Connect(string queue)
    {
        var options = new QueueClientOptions
        {
            Retry = { MaxRetries = 2, Mode = RetryMode.Exponential, Delay = TimeSpan.FromMilliseconds(100), NetworkTimeout = TimeSpan.FromSeconds(5) },
        };
        return settings.ConnectionString is { } connection
            ? new QueueClient(connection, queue, options)
            : new QueueClient(new Uri(settings.QueueServiceUri!, queue), AzureCredentials.Create(settings.ClientId), options);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Nobody could be woken for completion {Completion}: {Reason}")]
        public static partial void NotWoken(ILogger log, Guid completion, string reason);
    }
}
