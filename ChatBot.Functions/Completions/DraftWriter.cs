using System.Diagnostics;
using ChatBot.Functions.Telemetry;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Writes the drafts of all live completions of this process, renews their leases and learns which are to stop: one
/// statement per tick, however many there are. Runs only while there are any.
/// </summary>
public sealed partial class DraftWriter(CompletionStore store, LiveCompletions live, TimeProvider time, ILogger<DraftWriter> log)
{
    private static readonly TimeSpan s_shortestTick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestTick = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _writing = new(1, 1);
    private int _isRunning;

    /// <summary>From now on the completion is written, at once for the first time.</summary>
    public void Join(LiveCompletion completion)
    {
        live.Add(completion);
        if (Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            // Not as a part of the request that happens to be the first.
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(Run);
            }
        }
    }

    /// <summary>Returns when no tick writes of the completion any more.</summary>
    public async Task Leave(LiveCompletion completion)
    {
        live.Remove(completion);
        await _writing.WaitAsync();
        _writing.Release();
    }

    private async Task Run()
    {
        while (true)
        {
            var start = time.GetTimestamp();
            var isDone = await Write();
            if (live.Count == 0)
            {
                Volatile.Write(ref _isRunning, 0);
                // Someone may have joined between the count and the write; exactly one of the two goes on.
                if (live.Count == 0 || Interlocked.Exchange(ref _isRunning, 1) == 1)
                {
                    return;
                }
            }

            // A database that is slow or away is asked less often.
            var pause = isDone ? time.GetElapsedTime(start) * 2 : s_longestTick;
            await Task.Delay(pause < s_shortestTick ? s_shortestTick : pause > s_longestTick ? s_longestTick : pause, time);
        }
    }

    /// <summary>Writes everything now. False where that failed.</summary>
    public async Task<bool> Write()
    {
        // What everybody's answers have in common is in nobody's trace, whoever asks for it.
        Activity.Current = null;
        await _writing.WaitAsync();
        try
        {
            var written = live.All.Select(completion => (Completion: completion, Part: completion.Undrafted())).ToList();
            if (written.Count == 0)
            {
                return true;
            }

            var start = time.GetTimestamp();
            var held = await store.AppendDeltas([.. written.Select(w => w.Part)], CancellationToken.None);
            Metrics.DraftsFlushed(time.GetElapsedTime(start));
            foreach (var (completion, part) in written)
            {
                if (!held.TryGetValue(completion.Id, out var end))
                {
                    Log.Taken(log, completion.Id);
                    completion.Take();
                    continue;
                }

                completion.Drafted = part.Seq + part.Text.Length;
                completion.DraftedReasoning = part.ReasoningTokens;
                if (end is not null)
                {
                    completion.Stop(end);
                }
            }

            return true;
        }
        catch (Exception e)
        {
            // The texts stay in memory, bounded by the limit of an answer, and go with the next tick.
            Log.Failed(log, e.GetType().Name, (e as NpgsqlException)?.SqlState);
            if (DraftsMayBeLost(e))
            {
                foreach (var completion in live.All)
                {
                    (completion.Drafted, completion.DraftedReasoning) = (0, 0);
                }
            }

            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Whether another server may have taken over, without some of the drafts that were acknowledged: they go to it once more.</summary>
    public static bool DraftsMayBeLost(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState.StartsWith("57P", StringComparison.Ordinal),
        _ => exception is NpgsqlException,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Completion {Completion} is held by someone else: its lease ran out")]
        public static partial void Taken(ILogger log, Guid completion);

        [LoggerMessage(LogLevel.Warning, "Drafts could not be written, trying again: {Reason} {SqlState}")]
        public static partial void Failed(ILogger log, string reason, string? sqlState);
    }
}
