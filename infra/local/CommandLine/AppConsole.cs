using System.Collections.Concurrent;

namespace ChatBot.Local;

/// <summary>Shows what the instances print: everything, or warnings and errors.</summary>
internal sealed class AppConsole(bool verbose)
{
    private static readonly string[] s_alarms = ["warn:", "fail:", "crit:", "Unhandled exception"];

    // The further lines of what is no log entry, such as an unhandled exception, are indented.
    private readonly ConcurrentDictionary<string, bool> _showing = new();

    public void Show(string name, string line)
    {
        var shown = line.StartsWith(' ') && _showing.TryGetValue(name, out var last) ? last : IsAlarm(line);
        _showing[name] = shown;
        if (verbose || shown)
        {
            Console.WriteLine($"[{name}] {line}");
        }
    }

    private static bool IsAlarm(string line) => Array.Exists(s_alarms, alarm => line.Contains(alarm, StringComparison.Ordinal));
}
