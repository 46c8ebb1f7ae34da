using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;
using Npgsql;

namespace ChatBot.Functions.Hosting;

/// <summary>
/// Triggers one queue function where there is no host, as the host would: hidden while it runs, deleted when it succeeded, seen
/// again after a growing while when it failed, and moved to the poison queue after the fifth time.
/// </summary>
public sealed partial class QueuePump(QueueFunction function, WakeUpQueues queues, IServiceProvider services, ILogger<QueuePump> log)
    : BackgroundService
{
    private const int BatchSize = 16;
    // Handling takes milliseconds; what a killed process held is seen again after that time.
    private static readonly TimeSpan s_hidden = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    // By how often it was delivered: an outage of ten minutes must not burn the tries.
    private static readonly TimeSpan[] s_seenAgainAfter = [.. new[] { 1, 10, 120, 480 }.Select(s => TimeSpan.FromSeconds(s))];

    private readonly SemaphoreSlim _sent = new(0, 1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        queues.Sent += Look;
        var queue = queues.Client(function.Queue);
        var pause = s_shortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Neither is cancelled at the end of the program: what was received is hidden from everyone else, and handling it
                // takes milliseconds.
                var messages = await Receive(queue);
                await Task.WhenAll(messages.Select(message => Handle(queue, message)));
                pause = messages.Length > 0 ? s_shortestPause : pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
                if (messages.Length < BatchSize)
                {
                    await _sent.WaitAsync(pause, stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Log.CannotReceive(log, function.Queue, e.GetType().Name);
                await Task.Delay(s_longestPause, stoppingToken);
            }
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

    private static async Task<QueueMessage[]> Receive(QueueClient queue)
    {
        try
        {
            return await queue.ReceiveMessagesAsync(BatchSize, s_hidden);
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
            var trigger = new QueueTrigger(
                function.Queue, message.MessageId, message.Body.ToString(), (int)message.DequeueCount, message.InsertedOn);
            await Delivery.Run(function, services, trigger, CancellationToken.None);
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
        if (isOutage || message.DequeueCount < TriggerTable.MaxDequeueCount || function.Queue.EndsWith(QueueNames.PoisonSuffix, StringComparison.Ordinal))
        {
            var pause = s_seenAgainAfter[Math.Min((int)message.DequeueCount, s_seenAgainAfter.Length) - 1];
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.Body, pause);
            return;
        }

        // First the copy, then the deletion: in between it is there twice, never not at all.
        await queues.Send(function.Queue + QueueNames.PoisonSuffix, message.Body, CancellationToken.None);
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
    }

    private static bool IsOutage(Exception exception) => exception switch
    {
        NpgsqlException failure => DatabaseProblems.From(failure) == DatabaseProblems.Unavailable,
        // The SDK's, after its own retries.
        AggregateException failures => failures.InnerExceptions.All(e => e is RequestFailedException),
        _ => exception is RequestFailedException,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Queue {Queue} cannot be read, trying again: {Reason}")]
        public static partial void CannotReceive(ILogger log, string queue, string reason);

        [LoggerMessage(LogLevel.Warning, "Function {Name} failed at delivery {DequeueCount}: {Reason} {Detail}")]
        public static partial void Failed(ILogger log, string name, long dequeueCount, string reason, string detail);
    }
}
