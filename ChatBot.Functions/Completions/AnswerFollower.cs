using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using ChatBot.Shared.Queues;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Finds the answer of a completion wherever it is written: in this process, in another, or nowhere any more. From another it is
/// read off the draft, and no connection is held between two looks.
/// </summary>
public sealed partial class AnswerFollower(
    CompletionStore store, LiveCompletions live, WakeUpQueues queues, TimeProvider time, ILogger<AnswerFollower> log)
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(200);

    /// <param name="cancellation">Ends the following of a draft, not the answer.</param>
    public async Task<Answer?> Find(CurrentUser user, Guid id, CancellationToken cancellation)
    {
        if (live.Find(id) is { } here)
        {
            return here.Answer;
        }

        var answer = new Answer(id);
        if (!await Look(user, answer, cancellation))
        {
            return null;
        }

        if (answer.End is null)
        {
            _ = Follow(user, answer, cancellation);
        }

        return answer;
    }

    private async Task Follow(CurrentUser user, Answer answer, CancellationToken cancellation)
    {
        try
        {
            while (answer.End is null)
            {
                await Task.Delay(s_betweenLooks, time, cancellation);
                try
                {
                    if (!await Look(user, answer, cancellation))
                    {
                        answer.Finish(AnswerEnd.OfInterrupted);
                    }
                }
                catch (NpgsqlException e)
                {
                    Log.CannotLook(log, answer.Id, e.GetType().Name, e.SqlState);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The reader left.
        }
    }

    /// <summary>Takes over what is new; false where there is no such completion.</summary>
    private async Task<bool> Look(CurrentUser user, Answer answer, CancellationToken cancellation)
    {
        if (await store.ReadAnswer(user, answer.Id, answer.Length, cancellation) is not { } stored)
        {
            return false;
        }

        var text = stored.Tail ?? (stored.Whole?.Length > answer.Length ? stored.Whole[answer.Length..] : "");
        if (text.Length > 0)
        {
            answer.Append(text);
        }

        if (stored.IsDead && await store.InterruptDead(user, answer.Id, cancellation))
        {
            await queues.Send(QueueNames.AssistantMessages, new WakeUp(1, answer.Id), cancellation);
        }
        else if (EndOf(stored) is { } end)
        {
            answer.Finish(end);
        }

        return true;
    }

    private static AnswerEnd? EndOf(StoredAnswer stored) => stored.State switch
    {
        AnswerEnd.Finished => new AnswerEnd(AnswerEnd.Finished, stored.FinishReason),
        AnswerEnd.Stopped => AnswerEnd.OfStopped,
        AnswerEnd.Interrupted => AnswerEnd.OfInterrupted,
        AnswerEnd.Failed => new AnswerEnd(AnswerEnd.Failed, Problem: new ProblemResult(
            ProblemKind.OfCode(stored.ErrorCode ?? "") ?? ProblemKind.ModelFailed, "The model could not answer. Send the message again.")),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The draft of {Completion} cannot be read, trying again: {Reason} {SqlState}")]
        public static partial void CannotLook(ILogger log, Guid completion, string reason, string? sqlState);
    }
}
