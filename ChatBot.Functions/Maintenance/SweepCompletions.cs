using ChatBot.Functions.Azure;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Database;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Maintenance;

/// <summary>
/// Timer function: ends completions whose lease has expired, and enqueues those whose queue message was lost. Instances may run it at the same
/// time: each skips what another one has locked.
/// </summary>
public sealed partial class SweepCompletions(
    ChatBotDatabase database, WakeUpQueues queues, ClaimChecks claims, CompletionStore completions, ILogger<SweepCompletions> log)
{
    // A wake-up takes a second or two when all is well.
    private static readonly TimeSpan s_forgottenAfter = TimeSpan.FromSeconds(10);

    // What was woken and is not done may wait in a long queue, which more wake-ups would make longer; where the queues are short, its wake-up is lost.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromSeconds(25);
    private const int LongQueue = 200;

    // Where the queues are away, no more than these wait for their next turn.
    private const int SweepBatchSize = 100;

    // All timers of half a minute fire in the same second: on Azure an instance is paid for by the second.
    [Function(nameof(SweepCompletions))]
    public async Task Run([TimerTrigger("*/30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await Sweep(cancellationToken);
        // Only where the database is there: else these messages would fail until they are dead letters.
        await EnqueueStoredCompletions(cancellationToken);
        // Last, as nothing depends on it: a stop that has expired counts no more.
        await completions.ForgetStops(cancellationToken);
    }

    private async Task Sweep(CancellationToken cancellationToken)
    {
        var pause = await AreLong(cancellationToken) ? s_longestPause : s_shortestPause;
        int found;
        do
        {
            found = await SweepBatch(pause, cancellationToken);
        }
        while (found >= SweepBatchSize);
    }

    /// <summary>Whether the queues are long; also where the storage account does not tell.</summary>
    private async Task<bool> AreLong(CancellationToken cancellationToken)
    {
        try
        {
            var counts = await Task.WhenAll(queues.Count(QueueNames.AssistantMessages, cancellationToken), queues.Count(QueueNames.UsageEvents, cancellationToken));
            return counts.Sum() > LongQueue;
        }
        catch (Exception e) when (StorageFailures.IsOne(e) && !cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }

    private async Task<int> SweepBatch(TimeSpan longestPause, CancellationToken cancellationToken)
    {
        var found = await database.All(
            Caller.Service,
            Statement.Of(MaintenanceSql.Sweep, Parameter.Span(s_forgottenAfter), Parameter.Span(longestPause), Parameter.Integer(SweepBatchSize)),
            row => (Queue: row.GetString(0), CompletionId: row.GetGuid(1), TraceParent: row.TextOrNull(2), Waited: row.ValueOrNull<TimeSpan>(3)),
            cancellationToken);
        await Parallel.ForEachAsync(found, cancellationToken, async (forgotten, sending) =>
        {
            if (forgotten.Waited is { } age)
            {
                Metrics.Waited(forgotten.Queue, age);
            }

            await queues.Send(forgotten.Queue, new WakeUp(1, forgotten.CompletionId, forgotten.TraceParent), sending);
        });
        if (found.Count > 0)
        {
            Log.Woke(log, found.Count);
        }

        return found.Count;
    }

    /// <summary>Whatever became of the wake-ups that were sent along with them, what waits in the storage account is stored.</summary>
    private async Task EnqueueStoredCompletions(CancellationToken cancellationToken)
    {
        foreach (var completionId in await claims.List(cancellationToken))
        {
            await queues.Send(QueueNames.AssistantMessages, new WakeUp(1, completionId, HasClaim: true), cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Woke {Count} completions that had died or were forgotten")]
        public static partial void Woke(ILogger log, int count);
    }
}
