namespace ChatBot.Functions.Hosting;

/// <summary>One delivery of a queue message.</summary>
/// <param name="Body">Decoded text.</param>
/// <param name="DequeueCount">Which delivery it is, from 1.</param>
/// <param name="InsertedAt">When the message was put into the queue; null where that is not known.</param>
public sealed record QueueTrigger(string Queue, string MessageId, string Body, int DequeueCount, DateTimeOffset? InsertedAt = null);

/// <summary>A function that a queue triggers. It throws where the message is to be delivered again.</summary>
public sealed record QueueFunction(string Name, string Queue, Func<IServiceProvider, QueueTrigger, CancellationToken, Task> Run);

/// <summary>A function that a timer triggers.</summary>
/// <param name="Schedule">NCRONTAB, as the Functions host reads it.</param>
/// <param name="Every">The same schedule as an interval, for when there is no host.</param>
public sealed record TimerFunction(string Name, string Schedule, TimeSpan Every, Func<IServiceProvider, CancellationToken, Task> Run);
