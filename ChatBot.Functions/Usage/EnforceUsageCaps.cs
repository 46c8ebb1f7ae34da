using ChatBot.Functions.Database;
using ChatBot.Functions.Queues;
using ChatBot.Shared.Queues;
using NpgsqlTypes;

namespace ChatBot.Functions.Usage;

/// <summary>Timer function: ends what died, wakes what was forgotten, and keeps reservations, blocks and periods as they should be.</summary>
public sealed partial class EnforceUsageCaps(ChatBotDatabase database, WakeUpQueues queues, ClaimChecks claims, ILogger<EnforceUsageCaps> log)
{
    // A wake-up takes a second or two when all is well.
    private static readonly TimeSpan s_forgottenAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    // What was admitted in the last moment of a period has settled by then.
    private static readonly TimeSpan s_closeAfter = TimeSpan.FromHours(1);

    /// <summary>Each job is a transaction of its own, and one that fails does not keep the others from being done.</summary>
    /// <exception cref="AggregateException">Some failed.</exception>
    public async Task Run(CancellationToken cancellation)
    {
        Func<Task>[] jobs =
        [
            () => Wake(cancellation),
            () => database.Execute(Caller.Service, Statement.Of(UsageSql.ReleaseReservations), cancellation),
            () => database.Execute(Caller.Service, Statement.Of(UsageSql.UnblockPeriods), cancellation),
            () => database.Execute(Caller.Service, Statement.Of(UsageSql.ClosePeriods, Parameter.Span(s_closeAfter)), cancellation),
        ];
        List<Exception> failures = [];
        foreach (var job in jobs)
        {
            try
            {
                await job();
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
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
            row => (Queue: row.GetString(0), CompletionId: row.GetGuid(1)),
            cancellation);
        if (found.Count == 0)
        {
            return;
        }

        foreach (var (queue, completionId) in found)
        {
            await queues.Send(queue, new WakeUp(1, completionId), cancellation);
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
