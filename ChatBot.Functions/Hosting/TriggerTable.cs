using ChatBot.Functions.Completions;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Usage;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Hosting;

/// <summary>All functions that are not HTTP routes. The host's envelopes, the standalone pumps and the manifest are made of it.</summary>
public static class TriggerTable
{
    /// <summary>The host's default; standalone keeps to it.</summary>
    public const int MaxDequeueCount = 5;

    public static IReadOnlyList<QueueFunction> Queues { get; } =
    [
        new("PersistAssistantMessage", QueueNames.AssistantMessages,
            (services, trigger, cancellation) => services.GetRequiredService<PersistAssistantMessage>().Run(trigger, cancellation)),
        new("RecordUsage", QueueNames.UsageEvents,
            (services, trigger, cancellation) => services.GetRequiredService<RecordUsage>().Run(trigger, cancellation)),
        new("KeepDeadAssistantMessage", QueueNames.AssistantMessages + QueueNames.PoisonSuffix, KeepDeadLetter),
        new("KeepDeadUsageEvent", QueueNames.UsageEvents + QueueNames.PoisonSuffix, KeepDeadLetter),
    ];

    public static IReadOnlyList<TimerFunction> Timers { get; } =
    [
        new("EnforceUsageCaps", "*/30 * * * * *", TimeSpan.FromSeconds(30),
            (services, cancellation) => services.GetRequiredService<EnforceUsageCaps>().Run(cancellation)),
    ];

    private static Task KeepDeadLetter(IServiceProvider services, QueueTrigger trigger, CancellationToken cancellation) =>
        services.GetRequiredService<KeepDeadLetter>().Run(trigger, cancellation);
}
