using System.Diagnostics;

namespace ChatBot.Local;

internal static class CommandOutput
{
    /// <summary>What a short command prints on standard output; empty where it fails.</summary>
    public static string Run(string fileName, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(fileName, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : "";
    }
}
