using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Usage;
using ChatBot.Shared.Completions;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Brings ended completions into the database, and tells their readers only then. Where the database is away for longer, the whole
/// answer waits as a blob (a claim check), from which it is stored when the database is back.
/// </summary>
public sealed partial class CompletionFinisher(
    CompletionStore store, ClaimChecks claims, WakeUpQueues queues, TimeProvider time, ILogger<CompletionFinisher> log)
{
    private static readonly TimeSpan[] s_pauses = [.. new[] { 0.1, 0.3, 1, 2 }.Select(TimeSpan.FromSeconds)];

    // Neither database nor storage account: after that many tries the readers are told, and it goes on without them.
    private const int TriesBeforeTelling = 15;

    // What waits for the queue keeps no reader waiting for longer.
    private static readonly TimeSpan s_queueTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Leaves the answer without an end where someone else holds the completion, and will end it.</summary>
    public async Task Finish(LiveCompletion live, CompletionOutcome end, RelayProgress progress, MeteredUsage metered)
    {
        var usage = metered.Usage;
        var finished = new FinishedAnswer(
            1, live.Id, live.Epoch, end.State, end.FinishReason, end.Problem?.Kind.Code, progress.Filtered, live.IsCalled, "",
            usage.Input, usage.CachedInput, usage.CacheWrite, usage.Output, usage.Reasoning, metered.Quality, metered.Rejected, end.Receipt,
            progress.FirstTokenAt);
        for (var attempt = 1; !live.IsTaken; attempt++)
        {
            try
            {
                var rest = live.Undrafted();
                var outcome = await store.Finish(finished with { Text = rest.Text }, rest.Seq, isLate: false, CancellationToken.None);
                if (outcome is not FinishOutcome.NotOurs)
                {
                    await Wake(live, outcome is FinishOutcome.Deleted ? CompletionOutcome.Deleted : end, hasClaim: false);
                }

                return;
            }
            catch (NpgsqlException e)
            {
                Log.NotFinished(log, live.Id, attempt, e.GetType().Name, e.SqlState);
                live.Drafted = DraftWriter.DraftsMayBeLost(e) ? 0 : live.Drafted;
            }

            if (attempt > s_pauses.Length && await claims.TryPut(finished with { Text = live.Answer.From(0).ToString() }))
            {
                await Wake(live, end with { Receipt = end.Receipt! with { Stored = false } }, hasClaim: true);
                return;
            }

            if (attempt == TriesBeforeTelling)
            {
                live.Answer.Finish(CompletionOutcome.Unstored);
            }

            await Task.Delay(s_pauses[Math.Min(attempt, s_pauses.Length) - 1], time);
        }
    }

    /// <summary>For an admission of which nobody knows whether it was committed: nothing was called for it, and nothing will be.</summary>
    public async Task Abandon(Guid id)
    {
        var abandoned = new FinishedAnswer(
            1, id, LiveCompletion.FirstEpoch, CompletionState.Failed, null, ProblemKind.Unavailable.Code, null, WasCalled: false, "",
            null, null, null, null, null, null, null, null, null);
        try
        {
            if (await store.Finish(abandoned, 0, isLate: false, CancellationToken.None) is not FinishOutcome.NotOurs)
            {
                await queues.TryWake(id, null, hasClaim: false);
            }
        }
        catch (NpgsqlException)
        {
            if (await claims.TryPut(abandoned))
            {
                await queues.TryWake(id, null, hasClaim: true);
            }
        }
    }

    private async Task Wake(LiveCompletion live, CompletionOutcome end, bool hasClaim)
    {
        var waking = queues.TryWake(live.Id, live.TraceParent, hasClaim);
        await Task.WhenAny(waking, Task.Delay(s_queueTimeout, time));
        live.Answer.Finish(end);
        await waking;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Completion {Completion} could not be finished, attempt {Attempt}: {Reason} {SqlState}")]
        public static partial void NotFinished(ILogger log, Guid completion, int attempt, string reason, string? sqlState);
    }
}
