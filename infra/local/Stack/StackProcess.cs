namespace ChatBot.Local;

/// <summary>One of a stack's processes, and a task that completes when it ends.</summary>
public sealed record StackProcess(string Name, int ProcessId, Task Exited, string LogFile);
