using Azure.Storage.Queues.Models;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Completions;

/// <summary>Queue function: stores a finished answer with its message, then wakes who records its usage.</summary>
public sealed partial class PersistAssistantMessage(
    CompletionStore store, ClaimChecks claims, WakeUpQueues queues, TitleWriter titles, Deliveries deliveries, ILogger<PersistAssistantMessage> log)
{
    [Function(nameof(PersistAssistantMessage))]
    public Task Run([QueueTrigger(QueueNames.AssistantMessages)] QueueMessage message, CancellationToken cancellationToken) =>
        deliveries.Handle(QueueNames.AssistantMessages, message, Persist, cancellationToken);

    /// <exception cref="InvalidDataException">There is no such completion.</exception>
    public async Task Persist(WakeUp wakeUp, CancellationToken cancellationToken)
    {
        if (wakeUp.HasClaim && await claims.Find(wakeUp.CompletionId, cancellationToken) is { } finished)
        {
            var isNew = await store.Finish(finished, 0, isLate: true, cancellationToken) is not FinishOutcome.NotOurs;
            await claims.Delete(wakeUp.CompletionId, cancellationToken);
            Log.Claimed(log, wakeUp.CompletionId, isNew);
        }

        var (step, end) = await store.Persist(wakeUp.CompletionId, cancellationToken);
        switch (step)
        {
            case "persisted":
                if (end is not null)
                {
                    Metrics.Ended(end);
                }

                await queues.Send(QueueNames.UsageEvents, wakeUp with { HasClaim = false }, cancellationToken);
                await titles.Write(wakeUp.CompletionId, cancellationToken);
                break;
            case null when wakeUp.HasClaim:
                // An admission that was never committed after all.
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
        [LoggerMessage(LogLevel.Information, "Completion {Completion} was taken from the storage account; was news to the database: {IsNew}")]
        public static partial void Claimed(ILogger log, Guid completion, bool isNew);

        [LoggerMessage(LogLevel.Information, "Completion {Completion} is still being written")]
        public static partial void StillLive(ILogger log, Guid completion);
    }
}
