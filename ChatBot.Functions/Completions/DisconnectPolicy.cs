using ChatBot.Functions.Time;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>Stops answers whose reader left, after the time that the request for them gave, unless somebody reads on somewhere.</summary>
public sealed class DisconnectPolicy(CompletionStore store, LiveCompletions live, TimeProvider time)
{
    /// <summary>How often a reader at another instance says that it is there.</summary>
    public static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_followedFor = SignOfLife * 2.5;

    /// <summary>A reader of the answer is gone.</summary>
    public async Task ReaderLeft(Guid id)
    {
        if (live.Find(id) is not { DisconnectGraceSeconds: { } seconds } completion)
        {
            return;
        }

        for (var wait = TimeSpan.FromSeconds(seconds); await HasPassed(wait, completion) && !completion.Answer.IsFollowed; wait = s_followedFor)
        {
            if (!await IsFollowedElsewhere(id))
            {
                completion.Stop(CompletionOutcome.Stopped);
            }
        }
    }

    /// <summary>False where the answer ended meanwhile.</summary>
    private async Task<bool> HasPassed(TimeSpan wait, LiveCompletion completion)
    {
        await time.DelayAtLeast(wait, completion.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !completion.Stopping.IsCancellationRequested;
    }

    private async Task<bool> IsFollowedElsewhere(Guid id)
    {
        try
        {
            return await store.IsFollowed(id, s_followedFor, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // Who would read elsewhere reads from the same database.
            return false;
        }
    }
}
