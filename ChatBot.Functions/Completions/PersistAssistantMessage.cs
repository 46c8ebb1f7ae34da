using ChatBot.Functions.Hosting;
using ChatBot.Functions.Queues;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Completions;

/// <summary>Queue function: stores a finished answer with its message, then wakes who records its usage.</summary>
public sealed partial class PersistAssistantMessage(CompletionStore store, WakeUpQueues queues, ILogger<PersistAssistantMessage> log)
{
    /// <exception cref="InvalidDataException">The message is not a wake-up.</exception>
    public async Task Run(QueueTrigger trigger, CancellationToken cancellation)
    {
        var wakeUp = WakeUpReader.Read(trigger.Body);
        switch (await store.Persist(wakeUp.CompletionId, cancellation))
        {
            case "persisted":
                await queues.Send(QueueNames.UsageEvents, wakeUp, cancellation);
                break;
            case "live":
                // Woken early. Whoever ends the completion wakes again.
                Log.StillLive(log, wakeUp.CompletionId);
                break;
            default:
                throw new InvalidDataException($"There is no completion {wakeUp.CompletionId}.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Completion {Completion} is still being written")]
        public static partial void StillLive(ILogger log, Guid completion);
    }
}
