using System.Diagnostics;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Finds the answer of a completion wherever it is written: in this process, in another, or nowhere any more. From another it is
/// read off the draft, and no connection is held between two looks.
/// </summary>
public sealed partial class DraftPoller(
    CompletionStore store, LiveCompletions live, WakeUpQueues queues, TimeProvider time, ILogger<DraftPoller> log)
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(200);

    /// <param name="cancellationToken">Ends the following of a draft, not the answer.</param>
    public async Task<CompletionBuffer?> Find(CurrentUser user, Guid id, CancellationToken cancellationToken)
    {
        if (live.Find(id) is { } here)
        {
            return here.Answer;
        }

        var answer = new CompletionBuffer(id);
        var lastFrom = await Look(user, answer, 0, cancellationToken);
        if (lastFrom is not { } from)
        {
            return null;
        }

        if (answer.End is null)
        {
            _ = Follow(user, answer, from, cancellationToken);
        }

        return answer;
    }

    private async Task Follow(CurrentUser user, CompletionBuffer answer, int lastFrom, CancellationToken cancellationToken)
    {
        // Five looks a second would fill the request's trace.
        Activity.Current = null;
        int? from = lastFrom;
        while (from is not null && answer.End is null)
        {
            try
            {
                await Task.Delay(s_pollInterval, time, cancellationToken);
                from = await Look(user, answer, from.Value, cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                // The reader left.
                return;
            }
            catch (NpgsqlException e)
            {
                Log.CannotLook(log, answer.Id, e.GetType().Name, e.SqlState);
            }
            catch (Exception e)
            {
                Log.CannotFollow(log, answer.Id, e);
                from = null;
            }
        }

        if (answer.End is null)
        {
            answer.Finish(CompletionOutcome.Interrupted);
        }
    }

    /// <summary>
    /// Takes over what is new. Returns where the last piece begins that was seen, null where there is no such completion: that
    /// piece is asked for again, as it grows where the acknowledgement of its first writing was lost, or the whole is written again.
    /// </summary>
    private async Task<int?> Look(CurrentUser user, CompletionBuffer answer, int from, CancellationToken cancellationToken)
    {
        if (await store.ReadAnswer(user, answer.Id, from, cancellationToken) is not { } stored)
        {
            return null;
        }

        var (text, start) = stored.Tail is { } tail ? (tail, stored.TailFrom ?? answer.Length) : (stored.Whole ?? "", 0);
        if (start + text.Length > answer.Length)
        {
            answer.Append(text.AsSpan(answer.Length - start));
        }

        if (stored.EndsUnread && (answer.FollowedAt is not { } since || time.GetElapsedTime(since) > DisconnectPolicy.SignOfLife))
        {
            answer.FollowedAt = time.GetTimestamp();
            await store.Follow(user, answer.Id, cancellationToken);
        }

        if (stored.IsDead && await store.InterruptDead(user, answer.Id, cancellationToken))
        {
            await queues.TryWake(answer.Id, null, hasClaim: false);
        }
        else if (EndOf(stored) is { } end)
        {
            answer.Finish(end);
        }

        return stored.LastFrom ?? from;
    }

    private static CompletionOutcome? EndOf(StoredAnswer stored) => stored.State switch
    {
        CompletionState.Finished or CompletionState.Stopped or CompletionState.Interrupted or CompletionState.Failed when stored.ErrorCode == ProblemKind.NotFound.Code =>
            CompletionOutcome.Deleted,
        CompletionState.Finished => new CompletionOutcome(CompletionState.Finished, stored.FinishReason, Receipt: stored.Receipt),
        CompletionState.Stopped => CompletionOutcome.Stopped,
        CompletionState.Interrupted when ProblemKind.OfCode(stored.ErrorCode ?? "") is { } kind && kind != ProblemKind.Interrupted =>
            new CompletionOutcome(CompletionState.Interrupted, Problem: new ProblemResult(kind, "The model ended the answer early. The text so far is kept.")),
        CompletionState.Interrupted => CompletionOutcome.Interrupted,
        CompletionState.Failed => new CompletionOutcome(CompletionState.Failed, Problem: new ProblemResult(
            ProblemKind.OfCode(stored.ErrorCode ?? "") ?? ProblemKind.ModelFailed, "The model could not answer. Send the message again.")),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The draft of {Completion} cannot be followed")]
        public static partial void CannotFollow(ILogger log, Guid completion, Exception exception);

        [LoggerMessage(LogLevel.Warning, "The draft of {Completion} cannot be read, trying again: {Reason} {SqlState}")]
        public static partial void CannotLook(ILogger log, Guid completion, string reason, string? sqlState);
    }
}
