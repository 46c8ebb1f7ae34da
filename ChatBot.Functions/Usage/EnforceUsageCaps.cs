using ChatBot.Functions.Database;
using ChatBot.Functions.Queues;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Usage;

/// <summary>Timer function: ends what died, wakes what was forgotten, and keeps reservations, blocks and periods as they should be.</summary>
public sealed partial class EnforceUsageCaps(ChatBotDatabase database, WakeUpQueues queues, ILogger<EnforceUsageCaps> log)
{
    // A wake-up takes a second or two when all is well.
    private static readonly TimeSpan s_forgottenAfter = TimeSpan.FromSeconds(10);

    // What was woken and is still not done fails or waits in a long queue: more of the same would only make it longer.
    private static readonly TimeSpan s_wakeAgainAfter = TimeSpan.FromMinutes(5);

    // What was admitted in the last moment of a period has settled by then.
    private static readonly TimeSpan s_closeAfter = TimeSpan.FromHours(1);

    /// <summary>Each job is a transaction of its own, so that one that fails does not keep the others from being done.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        await Sweep(cancellation);
        await database.Execute(Caller.Service, Statement.Of(UsageSql.ReleaseReservations), cancellation);
        await database.Execute(Caller.Service, Statement.Of(UsageSql.UnblockPeriods), cancellation);
        await database.Execute(Caller.Service, Statement.Of(UsageSql.ClosePeriods, Parameter.Span(s_closeAfter)), cancellation);
    }

    private async Task Sweep(CancellationToken cancellation)
    {
        var found = await database.All(
            Caller.Service,
            Statement.Of(UsageSql.Sweep, Parameter.Span(s_forgottenAfter), Parameter.Span(s_wakeAgainAfter)),
            row => (Queue: row.GetString(0), CompletionId: row.GetGuid(1)),
            cancellation);
        foreach (var (queue, completionId) in found)
        {
            await queues.Send(queue, new WakeUp(1, completionId), cancellation);
        }

        if (found.Count > 0)
        {
            Log.Woke(log, found.Count);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Woke {Count} completions that had died or were forgotten")]
        public static partial void Woke(ILogger log, int count);
    }
}
