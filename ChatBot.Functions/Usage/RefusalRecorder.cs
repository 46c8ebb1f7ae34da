using System.Text;
using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Time;
using Npgsql;

namespace ChatBot.Functions.Usage;

/// <summary>
/// Counts what limits refuse and writes the counts beside the requests, so that none waits for it: all users of this instance in one
/// statement, at most once a second. What cannot be written is kept for the next time, up to a bound; what is beyond that is logged.
/// After a lost acknowledgement the same may be counted twice.
/// </summary>
public sealed partial class RefusalRecorder(ChatBotDatabase database, TimeProvider time, ILogger<RefusalRecorder> log) : BackgroundService
{
    // Pairs of a user and a limit: some megabytes. An instance refuses fewer in a second.
    private const int MaxPending = 10_000;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _isDue = new(0);
    private Dictionary<(Guid UserId, LimitRefusal Refusal), PendingRefusals> _pending = [];
    private int _dropped;

    /// <summary>Does nothing where the problem is no refusal by a limit.</summary>
    public void Record(Guid userId, ProblemResult? problem)
    {
        if (LimitRefusal.Of(problem) is { } refusal)
        {
            var now = time.GetTimestamp();
            Add((userId, refusal), new PendingRefusals(1, now, now, refusal.Kind == "cap" ? CapFacts.Of(problem!.Facts) : default));
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!await Write(cancellationToken))
        {
            Log.Lost(log, _pending.Values.Sum(p => p.Count));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _isDue.WaitAsync(stoppingToken);
            var isWritten = await Write(CancellationToken.None);
            await time.DelayAtLeast(isWritten ? s_interval : s_retryDelay, stoppingToken);
        }
    }

    private void Add((Guid, LimitRefusal) key, PendingRefusals refusals)
    {
        lock (_lock)
        {
            if (_pending.TryGetValue(key, out var pending))
            {
                // What comes back as it could not be written is older than what came meanwhile.
                _pending[key] = refusals.LastAt < pending.LastAt ? refusals + pending : pending + refusals;
            }
            else if (_pending.Count < MaxPending)
            {
                _pending.Add(key, refusals);
            }
            else
            {
                _dropped += refusals.Count;
            }

            if (_isDue.CurrentCount == 0)
            {
                _isDue.Release();
            }
        }
    }

    /// <summary>False where that failed: all is pending again.</summary>
    private async Task<bool> Write(CancellationToken cancellationToken)
    {
        Dictionary<(Guid UserId, LimitRefusal Refusal), PendingRefusals> written;
        int dropped;
        lock (_lock)
        {
            (written, _pending) = (_pending, []);
            (dropped, _dropped) = (_dropped, 0);
        }

        if (dropped > 0)
        {
            Log.Lost(log, dropped);
        }

        if (written.Count == 0)
        {
            return true;
        }

        try
        {
            await database.Execute(Caller.Service, Statement.Of(UsageSql.RecordRefusals, Parameter.Json(ToJson(written))), cancellationToken);
            return true;
        }
        // Where an account went at that very moment, the next time knows.
        catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.ForeignKeyViolation && DatabaseProblems.From(e) != DatabaseProblems.Unavailable)
        {
            // The same again would fail for ever, and all others with it.
            Log.Refused(log, written.Values.Sum(p => p.Count), e.SqlState, e.ConstraintName);
            return true;
        }
        catch (Exception e)
        {
            Log.NotWritten(log, written.Count, e.GetType().Name);
            foreach (var (key, refusals) in written)
            {
                Add(key, refusals);
            }

            return false;
        }
    }

    private string ToJson(Dictionary<(Guid UserId, LimitRefusal Refusal), PendingRefusals> refusals)
    {
        var now = time.GetTimestamp();
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var ((userId, refusal), pending) in refusals)
            {
                json.WriteStartObject();
                json.WriteString("userId", userId);
                json.WriteString("kind", refusal.Kind);
                json.WriteString("cap", refusal.Cap);
                json.WriteNumber("count", pending.Count);
                // The database's clock is the one that all instances have in common.
                json.WriteNumber("firstSecondsAgo", time.GetElapsedTime(pending.FirstAt, now).TotalSeconds);
                json.WriteNumber("lastSecondsAgo", time.GetElapsedTime(pending.LastAt, now).TotalSeconds);
                WriteFact(json, "limit", pending.Facts.Limit);
                WriteFact(json, "used", pending.Facts.Used);
                WriteFact(json, "startsAt", pending.Facts.StartsAt);
                WriteFact(json, "resetsAt", pending.Facts.ResetsAt);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteFact(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Refusals of {Count} users and limits could not be written, trying again: {Reason}")]
        public static partial void NotWritten(ILogger log, int count, string reason);

        [LoggerMessage(LogLevel.Error, "{Count} refusals are not recorded: the database does not take them: {SqlState} {Constraint}")]
        public static partial void Refused(ILogger log, int count, string sqlState, string? constraint);

        [LoggerMessage(LogLevel.Warning, "{Count} refusals are not recorded: they could not be written in time")]
        public static partial void Lost(ILogger log, int count);
    }
}
