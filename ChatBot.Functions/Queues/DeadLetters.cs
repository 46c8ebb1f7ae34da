using ChatBot.Functions.Database;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

/// <summary>Records messages that could not be handled where an operator sees them.</summary>
public sealed partial class DeadLetters(ChatBotDatabase database, ILogger<DeadLetters> log)
{
    // At most four bytes each, as long as the column is.
    private const int MaxBodyLength = 16 * 1024;

    /// <param name="delivery">From a poison queue, or from the queue itself.</param>
    public async Task Keep(QueueDelivery delivery, CancellationToken cancellationToken)
    {
        var queue = delivery.Queue.Replace(QueueNames.PoisonSuffix, "", StringComparison.Ordinal);
        Log.Kept(log, delivery.MessageId, queue);
        var kept = await database.Execute(
            Caller.Service,
            Statement.Of(
                DeadLetterSql.Keep,
                Parameter.Text(queue + QueueNames.PoisonSuffix),
                Parameter.Text(delivery.MessageId),
                // A poison message may hold anything.
                Parameter.Text(StorableText.Of(delivery.Body, MaxBodyLength)),
                Parameter.Text(queue),
                Parameter.Bytes(DeliveryFailures.HashOf(delivery.Body))),
            cancellationToken);
        if (kept > 0)
        {
            Metrics.Died(queue);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Message {Message} of {Queue} could not be handled and is kept as a dead letter")]
        public static partial void Kept(ILogger log, string message, string queue);
    }
}
