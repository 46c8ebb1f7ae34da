namespace ChatBot.Shared.Queues;

/// <summary>The storage queues. Each has a poison queue, its name with <c>-poison</c> behind.</summary>
public static class QueueNames
{
    /// <summary>A completion ended: store its message.</summary>
    public const string AssistantMessages = "assistant-messages";

    /// <summary>A message was stored: record what it used.</summary>
    public const string UsageEvents = "usage-events";

    public const string PoisonSuffix = "-poison";
}
