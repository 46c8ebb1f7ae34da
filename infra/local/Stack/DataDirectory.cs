namespace ChatBot.Local;

/// <summary>Where one stack keeps everything, held by it alone while it runs.</summary>
internal sealed class DataDirectory : IAsyncDisposable
{
    private readonly string _path;
    private readonly FileLock _held;

    private DataDirectory(string path, FileLock held)
    {
        _path = path;
        _held = held;
    }

    public string Postgres => Path.Combine(_path, "postgres");

    public string Pooler => Path.Combine(_path, "pgbouncer");

    public string Azurite => Path.Combine(_path, "azurite");

    public string StateFile => StateFileIn(_path);

    private string Logs => Path.Combine(_path, "logs");

    public static string StateFileIn(string path) => Path.Combine(path, "state.json");

    public static async Task<DataDirectory> OpenAsync(string path, bool fresh)
    {
        var full = Path.GetFullPath(path);
        var _held = FileLock.TryTake(Path.Combine(full, "lock"))
            ?? throw new LocalStackException($"Another stack is running on {full}: stop it, or choose another directory with --data.");
        var directory = new DataDirectory(full, _held);
        try
        {
            if (fresh)
            {
                directory.Clear();
            }

            return directory;
        }
        catch
        {
            await _held.DisposeAsync();
            throw;
        }
    }

    public StackState ReadState() =>
        StackState.Read(StateFile)
        ?? (Directory.Exists(Postgres) ? throw new LocalStackException($"{Postgres} is there, but {StateFile} with its password is not: start with --fresh.") : StackState.Create());

    public string LogFile(string name) => Path.Combine(Logs, name + ".log");

    public ValueTask DisposeAsync() => _held.DisposeAsync();

    // Only what is a stack's: the directory may have been named by mistake.
    private void Clear()
    {
        foreach (var part in new[] { Postgres, Pooler, Azurite, Logs }.Where(Directory.Exists))
        {
            Directory.Delete(part, recursive: true);
        }

        File.Delete(StateFile);
    }
}
