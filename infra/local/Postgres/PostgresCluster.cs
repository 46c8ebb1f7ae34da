using System.Globalization;

namespace ChatBot.Local;

/// <summary>The files of one PostgreSQL server: made once, owned by the account that it runs under.</summary>
internal sealed class PostgresCluster(string directory, PostgresBinaries binaries)
{
    private static readonly TimeSpan s_predecessorsEnd = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    public string Data { get; } = Path.GetFullPath(Path.Combine(directory, "data"));

    public UnprivilegedAccount? Account { get; } = UnprivilegedAccount.WhereRoot();

    public async Task PrepareAsync(string password, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Data))
        {
            await InitialiseAsync(password, cancellationToken);
        }

        RequireSameMajor();
        await ForgetPredecessorAsync(cancellationToken);
    }

    private async Task InitialiseAsync(string password, CancellationToken cancellationToken)
    {
        // Made beside and then renamed, so that an interrupted initdb leaves nothing that looks finished.
        var unfinished = Data + ".new";
        var passwordFile = Path.Combine(directory, "password");
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(passwordFile, password, cancellationToken);
        if (Account is not null)
        {
            Posix.GiveTo(Account, directory);
            Posix.GiveTo(Account, passwordFile);
        }

        var start = new ChildProcessStart(binaries.Path("initdb"),
            "-D", unfinished, "-U", PostgresServer.Superuser, "--auth-host=scram-sha-256", "--auth-local=reject", $"--pwfile={passwordFile}",
            "--no-sync", "-E", "UTF8", $"--locale={Locale()}")
        { RunAs = Account, DeathSignal = "KILL" };
        await using (var initdb = await ChildProcess.StartAsync(start))
        {
            if (await initdb.Exited.WaitAsync(cancellationToken) != 0)
            {
                throw new LocalStackException($"initdb failed:\n{initdb.Tail(20)}");
            }
        }
        File.Delete(passwordFile);
        Directory.Move(unfinished, Data);
    }

    // Beyond ASCII, only a UTF-8 locale folds case; Windows knows none by this name.
    private static string Locale() => OperatingSystem.IsMacOS() ? "en_US.UTF-8" : OperatingSystem.IsWindows() ? "C" : "C.UTF-8";

    private void RequireSameMajor()
    {
        var major = int.Parse(File.ReadAllText(Path.Combine(Data, "PG_VERSION")), CultureInfo.InvariantCulture);
        if (major != binaries.Major)
        {
            throw new LocalStackException($"{Data} was made by PostgreSQL {major}, and this is {binaries.Version}: start with --fresh, or put PostgreSQL {major} back.");
        }
    }

    private async Task ForgetPredecessorAsync(CancellationToken cancellationToken)
    {
        var pidFile = Path.Combine(Data, "postmaster.pid");
        // A stack that was killed takes its PostgreSQL along, which needs a moment for its shutdown.
        for (var deadline = TimeProvider.System.GetUtcNow() + s_predecessorsEnd; PostgresPredecessor.On(pidFile) is { } processId;)
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new LocalStackException($"Another stack is running on {directory} (PostgreSQL, process {processId}): stop it, or choose another directory with --data.");
            }

            await Task.Delay(s_interval, cancellationToken);
        }
        // PostgreSQL itself would take whichever process has been given the old id since for its predecessor.
        File.Delete(pidFile);
    }
}
