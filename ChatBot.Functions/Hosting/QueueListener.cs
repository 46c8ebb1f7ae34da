using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ChatBot.Functions.Azure;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using ChatBot.Shared.Queues;
using Npgsql;

namespace ChatBot.Functions.Hosting;

/// <summary>
/// Triggers one queue function where there is no host, as the host would: hidden while it runs, deleted when it succeeded, seen
/// again after a growing while when it failed, and moved to the poison queue after the fifth time.
/// </summary>
public sealed partial class QueueListener(QueueFunction function, WakeUpQueues queues, IServiceProvider services, ILogger<QueueListener> log)
    : BackgroundService
{
    private const int Concurrency = 16;
    private const int MaxDequeueCount = 5;

    // Handling takes milliseconds; what a killed process held is seen again after that time.
    private static readonly TimeSpan s_hidden = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    // By how often it was delivered: an outage of ten minutes must not burn the tries.
    private static readonly TimeSpan[] s_retryDelays = [.. new[] { 1, 10, 120, 480 }.Select(s => TimeSpan.FromSeconds(s))];

    private readonly SemaphoreSlim _sent = new(0, 1);
    private readonly SemaphoreSlim _places = new(Concurrency, Concurrency);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        queues.Sent += Look;
        try
        {
            await Pump(queues.Client(function.Queue), stoppingToken);
        }
        finally
        {
            // What was received is hidden from everyone else, and handling it takes milliseconds.
            for (var n = 0; n < Concurrency; n++)
            {
                await _places.WaitAsync(CancellationToken.None);
            }
        }
    }

    private async Task Pump(QueueClient queue, CancellationToken stoppingToken)
    {
        var pause = s_shortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            // A message that takes long keeps its own place, and not the next ones from being received.
            await _places.WaitAsync(stoppingToken);
            var (free, taken) = (1, 0);
            while (free < Concurrency && _places.Wait(0, CancellationToken.None))
            {
                free++;
            }

            var wait = TimeSpan.Zero;
            try
            {
                var messages = await Receive(queue, free);
                for (; taken < messages.Length; taken++)
                {
                    _ = Take(queue, messages[taken]);
                }

                pause = taken > 0 ? s_shortestPause : pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
                wait = taken < free ? pause : TimeSpan.Zero;
            }
            catch (Exception e)
            {
                Log.CannotReceive(log, function.Queue, e.GetType().Name);
                await Task.Delay(s_longestPause, stoppingToken);
            }
            finally
            {
                ReleasePlaces(free - taken);
            }

            await _sent.WaitAsync(wait, stoppingToken);
        }
    }

    private void ReleasePlaces(int count)
    {
        if (count > 0)
        {
            _places.Release(count);
        }
    }

    private async Task Take(QueueClient queue, QueueMessage message)
    {
        try
        {
            await Handle(queue, message);
        }
        catch (Exception e)
        {
            // It is seen again when it is not hidden any more.
            Log.CannotReceive(log, function.Queue, e.GetType().Name);
        }
        finally
        {
            _places.Release();
        }
    }

    private void Look(string queue)
    {
        if (queue == function.Queue && _sent.CurrentCount == 0)
        {
            try
            {
                _sent.Release();
            }
            catch (SemaphoreFullException)
            {
                // Someone else sent at the same time.
            }
        }
    }

    // Not cancelled at the end of the program, as it might have been received all the same.
    private static async Task<QueueMessage[]> Receive(QueueClient queue, int most)
    {
        try
        {
            return await queue.ReceiveMessagesAsync(most, s_hidden);
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await queue.CreateIfNotExistsAsync();
            return [];
        }
    }

    private async Task Handle(QueueClient queue, QueueMessage message)
    {
        try
        {
            await function.Run(services, message, CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.Failed(log, function.Name, message.DequeueCount, e.GetType().Name, e.Message);
            await SeeAgain(queue, message, IsOutage(e));
            return;
        }

        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
    }

    private async Task SeeAgain(QueueClient queue, QueueMessage message, bool isOutage)
    {
        // Behind a poison queue there is none: what is there stays until it can be kept. Nor is a message at fault for an outage.
        if (isOutage || message.DequeueCount < MaxDequeueCount || function.Queue.EndsWith(QueueNames.PoisonSuffix, StringComparison.Ordinal))
        {
            var pause = s_retryDelays[Math.Min((int)message.DequeueCount, s_retryDelays.Length) - 1];
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.MessageText, pause);
            return;
        }

        // First the copy, then the deletion: in between it is there twice, never not at all.
        await queues.SendAsItIs(function.Queue + QueueNames.PoisonSuffix, message.MessageText, CancellationToken.None);
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
    }

    private static bool IsOutage(Exception exception) => exception switch
    {
        // What takes longer than a statement may is the message's own.
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => false,
        NpgsqlException failure => DatabaseProblems.From(failure) == DatabaseProblems.Unavailable,
        _ => StorageFailures.IsOne(exception),
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Queue {Queue} cannot be read, trying again: {Reason}")]
        public static partial void CannotReceive(ILogger log, string queue, string reason);

        [LoggerMessage(LogLevel.Warning, "Function {Name} failed at delivery {DequeueCount}: {Reason} {Detail}")]
        public static partial void Failed(ILogger log, string name, long dequeueCount, string reason, string detail);
    }
}
