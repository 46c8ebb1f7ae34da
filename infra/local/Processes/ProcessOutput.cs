namespace ChatBot.Local;

/// <summary>A child's last lines in memory, all of them in its log file.</summary>
internal sealed class ProcessOutput(string? logFile, Action<string>? onLine) : IDisposable
{
    private const int KeptLines = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];
    private readonly StreamWriter? _log = logFile is null ? null : Open(logFile);

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _lines.Enqueue(line);
                if (_lines.Count > KeptLines)
                {
                    _lines.Dequeue();
                }

                _log?.WriteLine(line);
            }
            onLine?.Invoke(line);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _log?.Dispose();
        }
    }

    private static StreamWriter Open(string logFile)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        return new(new FileStream(logFile, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
    }
}
