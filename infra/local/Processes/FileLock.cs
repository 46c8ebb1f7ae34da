namespace ChatBot.Local;

/// <summary>A lock between processes, which the system lets go of when its holder dies.</summary>
internal sealed class FileLock : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    public static FileLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static async Task<FileLock> WaitAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + timeout; TimeProvider.System.GetUtcNow() < deadline;)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(s_interval, cancellationToken);
        }
        throw new LocalStackException($"Another process has held {path} for {timeout.TotalMinutes} minutes.");
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
