using ChatBot.Functions.Database;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

/// <summary>Queue function on the poison queues: records what could not be handled where an operator sees it.</summary>
public sealed partial class KeepDeadLetter(ChatBotDatabase database, ILogger<KeepDeadLetter> log)
{
    private const int MaxBodyLength = 64 * 1024;

    public async Task Run(QueueTrigger trigger, CancellationToken cancellation)
    {
        Log.Kept(log, trigger.Queue, trigger.MessageId);
        // Postgres has no U+0000 in texts, and a poison message may hold anything.
        var body = trigger.Body.Replace('\0', '\uFFFD');
        var kept = await database.Execute(
            Caller.Service,
            Statement.Of(
                DeadLetterSql.Keep,
                Parameter.Text(trigger.Queue),
                Parameter.Text(trigger.MessageId),
                Parameter.Text(body.Length > MaxBodyLength / 4 ? body[..(MaxBodyLength / 4)] : body),
                Parameter.Integer(trigger.DequeueCount)),
            cancellation);
        if (kept > 0)
        {
            Metrics.Died(trigger.Queue.Replace(QueueNames.PoisonSuffix, "", StringComparison.Ordinal));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Message {Message} of {Queue} could not be handled and is kept as a dead letter")]
        public static partial void Kept(ILogger log, string queue, string message);
    }
}
