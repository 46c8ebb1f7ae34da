using ChatBot.Functions.Azure;
using ChatBot.Functions.Database;
using ChatBot.Functions.Queues;
using Npgsql;

namespace ChatBot.Functions.Hosting;

/// <summary>
/// Asks the database and the storage account whether they are there. However many ask for it, it asks once at a time and keeps what it
/// learnt for a second, so that nobody can put load on either with it.
/// </summary>
public sealed class ReadinessProbe(ChatBotDatabase database, WakeUpQueues queues, TimeProvider time)
{
    private static readonly TimeSpan s_maxAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Task<Readiness>? _latest;
    private long _endedAt;

    public Task<Readiness> Check(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(Volatile.Read(ref _endedAt)) >= s_maxAge))
            {
                // Goes on when the one who asked first leaves.
                _latest = Task.Run(Probe, CancellationToken.None);
            }

            return _latest.WaitAsync(cancellationToken);
        }
    }

    private async Task<Readiness> Probe()
    {
        using var timeout = new CancellationTokenSource(s_timeout);
        var (hasDatabase, hasStorage) = (Answers(database.Ping(timeout.Token)), Answers(queues.Ping(timeout.Token)));
        var readiness = new Readiness(await hasDatabase, await hasStorage);
        Volatile.Write(ref _endedAt, time.GetTimestamp());
        return readiness;
    }

    private static async Task<bool> Answers(Task ping)
    {
        try
        {
            await ping;
            return true;
        }
        catch (Exception e) when (e is NpgsqlException || StorageFailures.IsOne(e))
        {
            return false;
        }
    }
}

public readonly record struct Readiness(bool HasDatabase, bool HasStorage);
