namespace ChatBot.Local;

/// <summary>Where pgbouncer is: on the machine, or unpacked from the Debian packages that it comes in, which needs no rights.</summary>
internal sealed record PgBouncerProgram(string Path, string? Libraries)
{
    private const string ToInstall = "Install PgBouncer (apt-get install pgbouncer, brew install pgbouncer).";

    private static readonly string s_directory = RepositoryRoot.Combine("infra", "local", "obj", "pgbouncer");
    private static readonly TimeSpan s_othersDownload = TimeSpan.FromMinutes(5);

    private static string Unpacked => System.IO.Path.Combine(s_directory, "root");

    public static async Task<PgBouncerProgram> LocateAsync(Action<string> report, CancellationToken cancellationToken)
    {
        if (Installed() is { } installed)
        {
            return installed;
        }

        await using var turn = await FileLock.WaitAsync(s_directory + ".lock", s_othersDownload, cancellationToken);
        if (!Directory.Exists(Unpacked))
        {
            report("Downloading PgBouncer from Debian (once)…");
            await DownloadAsync(cancellationToken);
        }

        // What it needs and the machine has not came along.
        var libraries = System.IO.Path.Combine(Unpacked, "usr", "lib");
        return new(System.IO.Path.Combine(Unpacked, "usr", "sbin", "pgbouncer"), $"{libraries}/x86_64-linux-gnu:{libraries}/aarch64-linux-gnu");
    }

    private static PgBouncerProgram? Installed()
    {
        // Debian's place for it is not on everybody's PATH.
        var path = Executable.Find("pgbouncer") ?? "/usr/sbin/pgbouncer";
        return File.Exists(path) ? new(path, null) : null;
    }

    private static async Task DownloadAsync(CancellationToken cancellationToken)
    {
        var apt = Executable.Find("apt-get") ?? throw new LocalStackException($"PgBouncer is not on this machine, nor is apt-get to get it. {ToInstall}");
        // Lists and packages of our own, so that it takes no rights and changes nothing of the machine.
        var (state, cache) = (System.IO.Path.Combine(s_directory, "state"), System.IO.Path.Combine(s_directory, "cache"));
        Directory.CreateDirectory(System.IO.Path.Combine(state, "lists", "partial"));
        Directory.CreateDirectory(System.IO.Path.Combine(cache, "archives", "partial"));
        string[] own =
        [
            "-qq", "-o", $"Dir::State={state}", "-o", "Dir::State::status=/var/lib/dpkg/status", "-o", $"Dir::Cache={cache}", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=",
        ];
        await RunAsync(apt, [.. own, "update"], cancellationToken);
        await RunAsync(apt, [.. own, "install", "--yes", "--download-only", "--no-install-recommends", "pgbouncer"], cancellationToken);
        var unfinished = Unpacked + ".new";
        foreach (var package in Directory.EnumerateFiles(System.IO.Path.Combine(cache, "archives"), "*.deb"))
        {
            await RunAsync("dpkg-deb", ["--extract", package, unfinished], cancellationToken);
        }

        Directory.Move(unfinished, Unpacked);
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await using var process = await ChildProcess.StartAsync(new(program, arguments));
        if (await process.Exited.WaitAsync(cancellationToken) != 0)
        {
            throw new LocalStackException($"PgBouncer could not be downloaded. {ToInstall}\n{process.Tail(10)}");
        }
    }
}
