using System.Collections.Concurrent;
using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos;

/// <summary>Notes errors in what the processes of the program log, but for those that the faults themselves are told as.</summary>
public sealed class LogWatch(ClientJournal journal)
{
    private static readonly string[] s_expected = ["ChatBot.Functions.Queues.KeepDeadLetter", "ChatBot.Functions.Queues.ClaimChecks"];

    // An error's message is on the line behind the one that names its category.
    private readonly ConcurrentDictionary<string, string> _categories = new();

    public void See(string process, string line)
    {
        if (_categories.TryRemove(process, out var category))
        {
            journal.AddOddity($"{process} logged {category}: {line.Trim()}");
        }

        if (line.StartsWith("Unhandled exception", StringComparison.Ordinal))
        {
            journal.AddOddity($"{process}: {line}");
        }
        else if (line.Split(' ') is ["fail:" or "crit:", var name, ..] && !s_expected.Any(expected => name.StartsWith(expected, StringComparison.Ordinal)))
        {
            _categories[process] = name;
        }
    }
}
