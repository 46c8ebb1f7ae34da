using Azure.Storage.Queues.Models;
using ChatBot.Shared.Queues;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Queues;

/// <summary>Take from the poison queues what was delivered in vain too often.</summary>
public sealed class DeadLetterFunctions(DeadLetters deadLetters)
{
    private const string DeadAssistantMessages = QueueNames.AssistantMessages + QueueNames.PoisonSuffix;
    private const string DeadUsageEvents = QueueNames.UsageEvents + QueueNames.PoisonSuffix;

    [Function(nameof(KeepDeadAssistantMessage))]
    public Task KeepDeadAssistantMessage([QueueTrigger(DeadAssistantMessages)] QueueMessage message, CancellationToken cancellationToken) =>
        deadLetters.Keep(QueueDelivery.Of(DeadAssistantMessages, message), cancellationToken);

    [Function(nameof(KeepDeadUsageEvent))]
    public Task KeepDeadUsageEvent([QueueTrigger(DeadUsageEvents)] QueueMessage message, CancellationToken cancellationToken) =>
        deadLetters.Keep(QueueDelivery.Of(DeadUsageEvents, message), cancellationToken);
}
