namespace ChatBot.Local;

/// <summary>A child's last lines in memory, all of them in its log file.</summary>
internal sealed class ProcessOutput(string? logFile, Action<string>? onLine) : IDisposable
{
    private const int KeptLines = 10_000;

    private readonly Lock gate = new();
    private readonly Queue<string> lines = [];
    private readonly StreamWriter? log = logFile is null ? null : Open(logFile);

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    public async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (gate)
            {
                lines.Enqueue(line);
                if (lines.Count > KeptLines)
                    lines.Dequeue();
                log?.WriteLine(line);
            }
            onLine?.Invoke(line);
        }
    }

    public void Dispose()
    {
        lock (gate)
            log?.Dispose();
    }

    private static StreamWriter Open(string logFile)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        return new(new FileStream(logFile, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
    }
}
