using System.Globalization;

namespace ChatBot.Local;

/// <summary>
/// Puts setsid and setpriv before a command. Both exec, so that the process keeps its id.
/// A session of its own keeps the terminal's Ctrl-C from reaching the child before we have stopped what depends on it.
/// </summary>
internal static class LinuxLauncher
{
    private const int DacOverride = 1;

    private static readonly Lazy<string?> s_setSession = new(() => OperatingSystem.IsLinux() ? Executable.Find("setsid") : null);

    // Busybox has a setpriv without these options.
    private static readonly Lazy<string?> s_setPrivileges = new(() =>
        OperatingSystem.IsLinux() && Executable.Find("setpriv") is { } path && CommandOutput.Run(path, "--help").Contains("--pdeathsig", StringComparison.Ordinal) ? path : null);

    /// <summary>Whether what is started so is a group of processes of its own.</summary>
    public static bool OwnsGroup => s_setSession.Value is not null;

    public static IReadOnlyList<string> Wrap(ChildProcessStart start)
    {
        List<string> command = [];
        if (s_setSession.Value is { } setSession)
        {
            command.Add(setSession);
        }

        if (s_setPrivileges.Value is { } setPrivileges)
        {
            command.AddRange([setPrivileges, "--pdeathsig", start.DeathSignal, .. Account(start.RunAs), "--"]);
        }
        else if (start.RunAs is not null)
        {
            throw new LocalStackException($"PostgreSQL refuses to run as root. Install util-linux (its setpriv starts it as user {start.RunAs.Name}), or run this as another user.");
        }

        return [.. command, start.FileName, .. start.Arguments];
    }

    private static IEnumerable<string> Account(UnprivilegedAccount? account)
    {
        if (account is null)
        {
            return [];
        }

        string[] identity = [$"--reuid={account.UserId}", $"--regid={account.GroupId}", "--clear-groups"];
        return HasDacOverride() ? [.. identity, "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"] : identity;
    }

    // A checkout under /root is closed to other accounts. With this one capability the account gets through its own way.
    private static bool HasDacOverride()
    {
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null && (ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> DacOverride & 1) == 1;
    }
}
