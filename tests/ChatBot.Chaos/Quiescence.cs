using Npgsql;

namespace ChatBot.Chaos;

/// <summary>Waits until all that was begun is ended, stored and recorded.</summary>
public sealed class Quiescence(NpgsqlDataSource database, Action<string> report)
{
    private const string CountUnfinished = """
        select
          count(*) filter (where c.ended_at is null),
          count(*) filter (where c.ended_at is not null and c.persisted_at is null),
          count(*) filter (where c.persisted_at is not null and c.recorded_at is null)
        from chatbot.completions c
        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    public async Task<bool> WaitAsync()
    {
        for (var start = TimeProvider.System.GetTimestamp(); ; await Task.Delay(s_pause))
        {
            var (live, unpersisted, unrecorded) = await CountAsync();
            var waited = TimeProvider.System.GetElapsedTime(start);
            if (live + unpersisted + unrecorded == 0)
            {
                report($"Quiet after {waited.TotalSeconds:0.0} s");
                return true;
            }

            if (waited > s_timeout)
            {
                report($"Not quiet after {waited.TotalSeconds:0} s: {live} live, {unpersisted} not stored, {unrecorded} not recorded");
                return false;
            }
        }
    }

    private async Task<(long Live, long Unpersisted, long Unrecorded)> CountAsync()
    {
        await using var command = database.CreateCommand(CountUnfinished);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
    }
}
