namespace ChatBot.Local;

/// <summary>What to start, and how it ends when we do.</summary>
internal sealed record ChildProcessStart(string FileName, params IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? WorkingDirectory { get; init; }

    /// <summary>The account to run under; null for our own.</summary>
    public UnprivilegedAccount? RunAs { get; init; }

    /// <summary>The signal that the kernel sends the child when this process dies, where it can (Linux).</summary>
    public string DeathSignal { get; init; } = "TERM";

    /// <summary>Everything the child prints goes here as well.</summary>
    public string? LogFile { get; init; }

    public Action<string>? OnLine { get; init; }
}
