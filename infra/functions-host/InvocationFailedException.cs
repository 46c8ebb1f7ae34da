namespace ChatBot.Local;

/// <summary>A function failed, or its worker was lost.</summary>
public sealed class InvocationFailedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    public bool IsWorkerLost { get; init; }
}

/// <summary>An invocation that failed.</summary>
public sealed record FailedInvocation(string Function, string InvocationId, string Reason);
