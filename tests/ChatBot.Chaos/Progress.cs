using ChatBot.Chaos.Journals;
using Npgsql;

namespace ChatBot.Chaos;

/// <summary>Tells how the run goes, and when it has gone on for long enough.</summary>
public sealed class Progress(ChaosOptions options, NpgsqlDataSource database, ClientJournal journal, FaultJournal faults, Action<string> report)
{
    private const string CountCompletions = "select count(*) from chatbot.completions";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private long _completions;

    /// <summary>Returns when the time is up and there are enough completions, or after twice the time.</summary>
    /// <exception cref="Exception">One of the tasks failed.</exception>
    public async Task RunAsync(IReadOnlyList<Task> running)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) is var elapsed
            && (elapsed < options.Duration || (_completions < options.MinCompletions && elapsed < 2 * options.Duration)))
        {
            var left = options.Duration - elapsed;
            await Task.Delay(left > TimeSpan.Zero && left < s_pause ? left : s_pause);
            await Task.WhenAll(running.Where(task => task.IsFaulted));
            await CountAsync();
            report(
                $"{TimeProvider.System.GetElapsedTime(start):mm\\:ss} {_completions} completions, {journal.Readings.Count} streams, "
                + $"{faults.Count(FaultKind.Kill)} kills, {faults.Count(FaultKind.Suspend)} suspensions, {faults.Count(FaultKind.Terminate)} terminations, "
                + $"{faults.Count(FaultKind.Database)} database and {faults.Count(FaultKind.Queues)} queue outages, {journal.Oddities.Count} oddities");
        }
    }

    private async Task CountAsync()
    {
        try
        {
            await using var command = database.CreateCommand(CountCompletions);
            _completions = (long)(await command.ExecuteScalarAsync())!;
        }
        catch (NpgsqlException)
        {
            // Away; the last count stands.
        }
    }
}
