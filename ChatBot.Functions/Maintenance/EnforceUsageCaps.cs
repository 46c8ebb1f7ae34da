using ChatBot.Functions.Alerts;
using ChatBot.Functions.Azure;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Database;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Reconciliation;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Maintenance;

/// <summary>
/// Timer function: ends what died, wakes what was forgotten, keeps reservations and caps as they should be, compares the ledger
/// with the provider's figures, and sends alerts. A run that is missed or repeated changes nothing, as each job does what is due by then.
/// </summary>
public sealed partial class EnforceUsageCaps(
    ChatBotDatabase database,
    WakeUpQueues queues,
    ClaimChecks claims,
    KeepCaps caps,
    CompletionStore completions,
    ReconcileUsage reconciliation,
    DeliverAlerts alerts,
    ILogger<EnforceUsageCaps> log)
{
    // A wake-up takes a second or two when all is well.
    private static readonly TimeSpan s_forgottenAfter = TimeSpan.FromSeconds(10);

    // What was woken and is not done may wait in a long queue, which more wake-ups would make longer; where the queues are short, its wake-up is lost.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromSeconds(25);
    private const int LongQueue = 200;

    // Where the queues are away, no more than these wait for their next turn.
    private const int SweepBatchSize = 100;

    [Function(nameof(EnforceUsageCaps))]
    public Task Run([TimerTrigger("*/30 * * * * *")] TimerInfo timer, CancellationToken cancellation) => RunJobs(cancellation);

    /// <returns>False where another instance was at the caps, so that nothing was done about them.</returns>
    /// <exception cref="AggregateException">Some failed.</exception>
    public async Task<bool> RunJobs(CancellationToken cancellation)
    {
        var wasOurTurn = false;
        Func<Task>[] jobs =
        [
            // Instances may do these at the same time: each passes over what another does.
            () => Wake(cancellation),
            async () => wasOurTurn = await caps.Run(cancellation),
            () => reconciliation.Run(cancellation),
            () => alerts.Run(cancellation),
            () => completions.ForgetStops(cancellation),
        ];
        await TimerJobs.RunAll(jobs, cancellation);
        return wasOurTurn;
    }

    /// <summary>What waits for the database is woken only where the database is there: else its wake-ups would fail until they are dead.</summary>
    private async Task Wake(CancellationToken cancellation)
    {
        await Sweep(cancellation);
        await WakeClaimed(cancellation);
    }

    private async Task Sweep(CancellationToken cancellation)
    {
        var pause = await AreLong(cancellation) ? s_longestPause : s_shortestPause;
        int found;
        do
        {
            found = await SweepBatch(pause, cancellation);
        }
        while (found >= SweepBatchSize);
    }

    /// <summary>Whether the queues are long; also where the storage account does not tell.</summary>
    private async Task<bool> AreLong(CancellationToken cancellation)
    {
        try
        {
            var counts = await Task.WhenAll(queues.Count(QueueNames.AssistantMessages, cancellation), queues.Count(QueueNames.UsageEvents, cancellation));
            return counts.Sum() > LongQueue;
        }
        catch (Exception e) when (StorageFailures.IsOne(e) && !cancellation.IsCancellationRequested)
        {
            return true;
        }
    }

    private async Task<int> SweepBatch(TimeSpan longestPause, CancellationToken cancellation)
    {
        var found = await database.All(
            Caller.Service,
            Statement.Of(MaintenanceSql.Sweep, Parameter.Span(s_forgottenAfter), Parameter.Span(longestPause), Parameter.Integer(SweepBatchSize)),
            row => (Queue: row.GetString(0), CompletionId: row.GetGuid(1), TraceParent: row.TextOrNull(2), Waited: row.ValueOrNull<TimeSpan>(3)),
            cancellation);
        await Parallel.ForEachAsync(found, cancellation, async (forgotten, sending) =>
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
    private async Task WakeClaimed(CancellationToken cancellation)
    {
        foreach (var completionId in await claims.List(cancellation))
        {
            await queues.Send(QueueNames.AssistantMessages, new WakeUp(1, completionId, HasClaim: true), cancellation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Woke {Count} completions that had died or were forgotten")]
        public static partial void Woke(ILogger log, int count);
    }
}
