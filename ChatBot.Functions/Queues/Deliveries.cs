using Azure.Storage.Queues.Models;
using ChatBot.Functions.Telemetry;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

/// <summary>Hands wake-ups to the functions that they wake, each delivery in the trace of the request that it is about.</summary>
public sealed class Deliveries(DeadLetters deadLetters, DeliveryFailures failures, TimeProvider time, TelemetryExport? export = null)
{
    /// <summary>Throws where the message is to be delivered again. One that is no wake-up never can be handled, and becomes a dead letter at once.</summary>
    public async Task Handle(string queue, QueueMessage message, Func<WakeUp, CancellationToken, Task> handle, CancellationToken cancellationToken)
    {
        if (export is not null)
        {
            await export.Ready;
        }

        var delivery = QueueDelivery.Of(queue, message);
        var wakeUp = WakeUpReader.Read(delivery.Body);
        Metrics.MessageTaken(queue, delivery.InsertedAt, time.GetUtcNow());
        using var span = Traces.BeginDelivery(queue, delivery.MessageId, delivery.DequeueCount, wakeUp?.TraceParent);
        try
        {
            await handle(wakeUp ?? throw new InvalidDataException("The queue message is not a wake-up of version 1."), cancellationToken);
        }
        catch (Exception e)
        {
            span.Fail(e.GetType().Name);
            await failures.Note(delivery, e);
            if (wakeUp is not null)
            {
                throw;
            }

            await deadLetters.Keep(delivery, cancellationToken);
            return;
        }

        await failures.Forget(delivery);
    }
}
