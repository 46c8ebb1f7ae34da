using System.Security.Cryptography;

namespace ChatBot.Local;

/// <summary>A folder with a package lock, installed where it is not, or not as the lock now says.</summary>
internal sealed class NpmFolder(string path, string product)
{
    private const string StampName = ".installed-lock";

    private static readonly TimeSpan s_othersInstall = TimeSpan.FromMinutes(10);

    public string Modules => Path.Combine(path, "node_modules");

    private string Stamp => Path.Combine(Modules, StampName);

    public async Task InstallAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var wanted = LockHash();
        if (IsInstalled(wanted))
        {
            return;
        }
        // Two test projects start at the same time, and npm empties node_modules first.
        await using var turn = await FileLock.WaitAsync(RepositoryRoot.Combine("infra", "local", "obj", $"npm-{Path.GetFileName(path)}.lock"), s_othersInstall, cancellationToken);
        if (IsInstalled(wanted))
        {
            return;
        }

        report($"Installing {product} from npm (once)…");
        await RunAsync(cancellationToken);
        await File.WriteAllTextAsync(Stamp, wanted, cancellationToken);
    }

    private bool IsInstalled(string wanted) => File.Exists(Stamp) && File.ReadAllText(Stamp) == wanted;

    private string LockHash() => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(path, "package-lock.json"))));

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var npm = Executable.Find("npm") ?? throw new LocalStackException($"{product} comes from npm, which is not on PATH: install Node.js 20 or newer.");
        string[] arguments = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        var start = OperatingSystem.IsWindows() ? new ChildProcessStart("cmd", ["/c", npm, .. arguments]) : new ChildProcessStart(npm, arguments);
        await using var process = await ChildProcess.StartAsync(start with { WorkingDirectory = path });
        var exitCode = await process.Exited.WaitAsync(cancellationToken);
        if (exitCode != 0)
        {
            throw new LocalStackException($"npm ci failed in {path} (exit code {exitCode}):\n{process.Tail(20)}");
        }
    }
}
