using System.Collections.Concurrent;

namespace ChatBot.Local;

/// <summary>Shows what the instances print: everything, or warnings and errors.</summary>
internal sealed class AppConsole(bool verbose)
{
    private static readonly string[] Alarms = ["warn:", "fail:", "crit:", "Unhandled exception"];

    // An entry's further lines are indented.
    private readonly ConcurrentDictionary<string, bool> showing = new();

    public void Show(string name, string line)
    {
        var shown = line.StartsWith(' ') && showing.TryGetValue(name, out var last) ? last : IsAlarm(line);
        showing[name] = shown;
        if (verbose || shown)
            Console.WriteLine($"[{name}] {line}");
    }

    private static bool IsAlarm(string line) => Array.Exists(Alarms, alarm => line.Contains(alarm, StringComparison.Ordinal));
}
