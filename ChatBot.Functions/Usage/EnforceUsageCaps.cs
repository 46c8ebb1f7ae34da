using ChatBot.Functions.Database;
using ChatBot.Functions.Queues;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Usage;

/// <summary>Timer function: ends what died, wakes what was forgotten, and keeps periods and blocks as they should be.</summary>
public sealed partial class EnforceUsageCaps(ChatBotDatabase database, WakeUpQueues queues, ILogger<EnforceUsageCaps> log)
{
    // A wake-up takes a second or two when all is well; waking twice does no harm.
    private static readonly TimeSpan s_forgottenAfter = TimeSpan.FromSeconds(10);

    // What was admitted in the last moment of a period has settled by then.
    private static readonly TimeSpan s_closeAfter = TimeSpan.FromHours(1);

    public async Task Run(CancellationToken cancellation)
    {
        var forgotten = await database.All(
            Caller.Service,
            Statement.Of(UsageSql.Enforce, Parameter.Span(s_forgottenAfter), Parameter.Span(s_closeAfter)),
            row => (Queue: row.GetString(0), CompletionId: row.GetGuid(1)),
            cancellation);
        foreach (var (queue, completionId) in forgotten)
        {
            await queues.Send(queue, new WakeUp(1, completionId), cancellation);
        }

        if (forgotten.Count > 0)
        {
            Log.Woke(log, forgotten.Count);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Woke {Count} completions that had died or were forgotten")]
        public static partial void Woke(ILogger log, int count);
    }
}
