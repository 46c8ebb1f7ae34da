using System.Diagnostics;
using System.Globalization;

namespace ChatBot.Local;

/// <summary>Tells a PostgreSQL that still runs on a data directory from a lock file that a crash left behind.</summary>
internal static class PostgresPredecessor
{
    public static int? On(string pidFile)
    {
        var content = TryRead(pidFile);
        if (content is null || !int.TryParse(content.Split('\n')[0], CultureInfo.InvariantCulture, out var processId))
        {
            return null;
        }

        return Runs(processId, content) ? processId : null;
    }

    private static bool Runs(int processId, string content)
    {
        // A postmaster's working directory is its data directory, however the path to it was written.
        if (Directory.Exists("/proc/self"))
        {
            return TryRead($"/proc/{processId}/cwd/postmaster.pid") == content;
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
