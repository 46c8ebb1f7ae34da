using ChatBot.Functions.Alerts;
using ChatBot.Functions.Database;
using ChatBot.Functions.Preferences;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Reconciliation;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;
using NpgsqlTypes;

namespace ChatBot.Functions.Usage;

/// <summary>
/// Timer function: ends what died, wakes what was forgotten, keeps reservations, caps and periods as they should be, brings
/// users' keys under the current data key, compares the ledger with the provider's figures, and sends alerts. A run that is missed or
/// repeated changes nothing, as each job does what is due by then.
/// </summary>
public sealed partial class EnforceUsageCaps(
    ChatBotDatabase database,
    WakeUpQueues queues,
    ClaimChecks claims,
    KeepCaps caps,
    RotateKeys keys,
    ReconcileUsage reconciliation,
    DeliverAlerts alerts,
    ILogger<EnforceUsageCaps> log)
{
    // A wake-up takes a second or two when all is well.
    private static readonly TimeSpan s_forgottenAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    /// <returns>False where another instance was at the caps, so that nothing was done about them.</returns>
    /// <exception cref="AggregateException">Some failed.</exception>
    public async Task<bool> Run(CancellationToken cancellation)
    {
        var wasOurTurn = false;
        Func<Task>[] jobs =
        [
            // Instances may do these at the same time: each passes over what another holds.
            () => Wake(cancellation),
            async () => wasOurTurn = await caps.Run(cancellation),
            () => reconciliation.Run(cancellation),
            () => alerts.Run(cancellation),
            () => keys.Run(cancellation),
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
        var found = await database.All(
            Caller.Service,
            Statement.Of(UsageSql.Sweep, Parameter.Span(s_forgottenAfter), Parameter.Span(s_longestPause)),
            row => (Queue: row.GetString(0), CompletionId: row.GetGuid(1), TraceParent: row.TextOrNull(2), Waited: row.ValueOrNull<TimeSpan>(3)),
            cancellation);
        if (found.Count == 0)
        {
            return;
        }

        foreach (var (queue, completionId, traceParent, waited) in found)
        {
            if (waited is { } age)
            {
                Metrics.Waited(queue, age);
            }

            await queues.Send(queue, new WakeUp(1, completionId, traceParent), cancellation);
        }

        await database.Execute(
            Caller.Service, Statement.Of(UsageSql.MarkWoken, Parameter.Array([.. found.Select(f => f.CompletionId)], NpgsqlDbType.Uuid)), cancellation);
        Log.Woke(log, found.Count);
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
