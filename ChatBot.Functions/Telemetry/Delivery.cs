using ChatBot.Functions.Hosting;
using ChatBot.Functions.Queues;

namespace ChatBot.Functions.Telemetry;

/// <summary>Runs a queue function for one delivery of a message, in the trace of the request that the message is about.</summary>
public static class Delivery
{
    public static async Task Run(QueueFunction function, IServiceProvider services, QueueTrigger trigger, CancellationToken cancellation)
    {
        if (services.GetService<TelemetryExport>() is { } export)
        {
            await export.Ready;
        }

        Metrics.MessageTaken(trigger.Queue, trigger.InsertedAt, services.GetRequiredService<TimeProvider>().GetUtcNow());
        using var span = Traces.BeginDelivery(trigger, WakeUpReader.TraceParentOf(trigger.Body));
        try
        {
            await function.Run(services, trigger, cancellation);
        }
        catch (Exception e)
        {
            span.Fail(e.GetType().Name);
            throw;
        }
    }
}
