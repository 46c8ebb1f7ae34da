using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos;

/// <summary>Notes errors in what the processes of the program log, but for those that the faults themselves are told as.</summary>
public sealed class LogWatch(ClientJournal journal)
{
    // The last is how the worker of a Functions host tells of deliveries that failed.
    private static readonly string[] s_expected =
        ["ChatBot.Functions.Queues.DeadLetters", "ChatBot.Functions.Queues.ClaimChecks", "Microsoft.Azure.Functions.Worker.FunctionsApplication"];

    public void See(string process, string line)
    {
        if (line.StartsWith("Unhandled exception", StringComparison.Ordinal))
        {
            journal.AddOddity($"{process}: {line}");
        }
        // Time, level, category, and the rest of it.
        else if (line.Split(' ', 4) is [_, "fail:" or "crit:", var category, var rest] && !s_expected.Any(expected => category.StartsWith(expected, StringComparison.Ordinal)))
        {
            journal.AddOddity($"{process} logged {category}: {rest}");
        }
    }
}
