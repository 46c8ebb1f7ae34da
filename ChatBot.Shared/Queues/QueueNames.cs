namespace ChatBot.Shared.Queues;

/// <summary>The storage queues. Each has a poison queue, its name with <c>-poison</c> behind.</summary>
public static class QueueNames
{
    /// <summary>A completion ended: store its message.</summary>
    public const string AssistantMessages = "assistant-messages";

    /// <summary>A message was stored: record what it used.</summary>
    public const string UsageEvents = "usage-events";

    /// <summary>The container of finished answers that the database could not take: a <see cref="Completions.FinishedAnswer"/> each.</summary>
    public const string FinishedAnswers = "finished-answers";

    public const string PoisonSuffix = "-poison";
}
