namespace ChatBot.Local;

/// <summary>Where one stack keeps everything, held by it alone while it runs.</summary>
internal sealed class DataDirectory : IAsyncDisposable
{
    private readonly string path;
    private readonly FileLock held;

    private DataDirectory(string path, FileLock held)
    {
        this.path = path;
        this.held = held;
    }

    public string Postgres => Path.Combine(path, "postgres");

    public string Azurite => Path.Combine(path, "azurite");

    public string StateFile => StateFileIn(path);

    private string Logs => Path.Combine(path, "logs");

    public static string StateFileIn(string path) => Path.Combine(path, "state.json");

    public static async Task<DataDirectory> OpenAsync(string path, bool fresh)
    {
        var full = Path.GetFullPath(path);
        var held = FileLock.TryTake(Path.Combine(full, "lock"))
            ?? throw new LocalStackException($"Another stack is running on {full}: stop it, or choose another directory with --data.");
        var directory = new DataDirectory(full, held);
        try
        {
            if (fresh)
                directory.Clear();
            return directory;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    public StackState ReadState() =>
        StackState.Read(StateFile)
        ?? (Directory.Exists(Postgres) ? throw new LocalStackException($"{Postgres} is there, but {StateFile} with its password is not: start with --fresh.") : StackState.Create());

    public string LogFile(string name) => Path.Combine(Logs, name + ".log");

    public ValueTask DisposeAsync() => held.DisposeAsync();

    // Only what is a stack's: the directory may have been named by mistake.
    private void Clear()
    {
        foreach (var part in new[] { Postgres, Azurite, Logs }.Where(Directory.Exists))
            Directory.Delete(part, recursive: true);
        File.Delete(StateFile);
    }
}
