using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Preferences;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Settings;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Calls the model for an admitted completion, relays what it says into the <see cref="Answer"/>, and brings the completion to
/// its end in the database. Goes on by itself when the client is gone.
/// </summary>
public sealed partial class CompletionRelay(
    ChatModel chatModel,
    CompletionStore store,
    DraftWriter drafts,
    WakeUpQueues queues,
    KeyVault vault,
    ChatBotSettings settings,
    TimeProvider time,
    ILogger<CompletionRelay> log)
{
    private static readonly TimeSpan[] s_finishPauses = [.. new[] { 0.1, 0.3, 1, 2 }.Select(TimeSpan.FromSeconds)];

    // What waits for the queue keeps no client waiting for longer.
    private static readonly TimeSpan s_queuePatience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Task> _running = new();

    /// <summary>The answer, which is being written from now on.</summary>
    public Answer Start(CurrentUser user, Guid id, Admission admission, int? lingerSeconds, string? traceParent)
    {
        var model = settings.Models.First(m => m.Name == admission.Model);
        var ownKey = admission.Key is { } key ? vault.Open(user.Id, key) : null;
        var live = new LiveCompletion(id, admission, model, ownKey, lingerSeconds, traceParent);
        var running = new Task<Task>(() => Run(live));
        _running[live.Id] = running.Unwrap();
        running.Start(TaskScheduler.Default);
        return live.Answer;
    }

    /// <summary>Returns when all that runs has ended.</summary>
    public Task WhenAllEnded() => Task.WhenAll(_running.Values);

    /// <summary>Whatever happens, the answer ends: somebody may be waiting for it.</summary>
    private async Task Run(LiveCompletion live)
    {
        var progress = new RelayProgress(time);
        var end = AnswerEnd.OfInterrupted;
        var waking = Task.CompletedTask;
        try
        {
            end = await Relay(live, progress);
            await drafts.Leave(live);
            end = end with { Receipt = progress.Receipt(live.Admission) };
            if (!live.IsTaken && await Finish(live, end, progress))
            {
                waking = queues.TryWake(live.Id, live.TraceParent);
                await Task.WhenAny(waking, Task.Delay(s_queuePatience, time));
            }
            else
            {
                // Not stored as it ended: who holds it now, or the timer, ends it from its draft.
                end = AnswerEnd.OfInterrupted;
            }
        }
        catch (Exception e)
        {
            Log.Unexpected(log, live.Id, e);
            end = AnswerEnd.OfInterrupted;
        }
        finally
        {
            live.Answer.Finish(end);
            live.Release();
        }

        await waking;
        _running.TryRemove(live.Id, out _);
    }

    private async Task<AnswerEnd> Relay(LiveCompletion live, RelayProgress progress)
    {
        if (live.Admission.Key is not null && live.OwnKey is null)
        {
            return new AnswerEnd(AnswerEnd.Failed, Problem: new ProblemResult(
                ProblemKind.ProviderKeyRejected, "Your stored OpenAI key cannot be decrypted any more. Store it again in the preferences."));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(live.Stopping);
        patience.CancelAfter(settings.Streams.FirstToken);
        try
        {
            drafts.Join(live);
            var body = ModelRequest.Write(live.Model.Deployment, live.Admission);
            var reply = await chatModel.Open(live.Model, live.OwnKey, body, patience.Token);
            if (reply.Body is not { } stream)
            {
                return new AnswerEnd(AnswerEnd.Failed, Problem: reply.Problem);
            }

            progress.Called();
            await using (stream)
            {
                return await Listen(live, stream, progress, patience);
            }
        }
        catch (OperationCanceledException)
        {
            // The request was on its way, and a model that was asked is paid, though it was not listened to.
            progress.Called();
            return live.StopReason ?? Broken(live, progress, new ProblemResult(ProblemKind.ModelTimeout, "The model sent nothing for too long. Send the message again."));
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException or InvalidDataException)
        {
            Log.Broken(log, live.Model.Name, e.GetType().Name);
            return Broken(live, progress, new ProblemResult(ProblemKind.ModelFailed, "The model's answer broke off. Send the message again."));
        }
    }

    private async Task<AnswerEnd> Listen(LiveCompletion live, Stream stream, RelayProgress progress, CancellationTokenSource patience)
    {
        var deadline = time.GetUtcNow() + settings.Streams.Total;
        var bytes = 0;
        await foreach (var chunk in ModelStream.Read(stream, patience.Token))
        {
            if (chunk.Error is { } error)
            {
                Log.Broken(log, live.Model.Name, error);
                return Broken(live, progress, new ProblemResult(ProblemKind.ModelFailed, "The model failed in the middle. Send the message again."));
            }

            var text = chunk.Text;
            if (text.Length > 0)
            {
                bytes += Encoding.UTF8.GetByteCount(text);
                if (bytes > StreamSettings.MaxAnswerBytes)
                {
                    return new AnswerEnd(AnswerEnd.Finished, "length");
                }

                progress.TokenCame();
                live.Answer.Append(text);
            }

            progress.Usage = chunk.Usage ?? progress.Usage;
            progress.FinishReason = chunk.FinishReason ?? progress.FinishReason;
            var left = deadline - time.GetUtcNow();
            patience.CancelAfter(left < settings.Streams.Idle ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : settings.Streams.Idle);
        }

        // A stream that ends without saying why was cut, however clean its end looks.
        return Broken(live, progress, new ProblemResult(ProblemKind.ModelFailed, "The model's answer broke off. Send the message again."));
    }

    /// <summary>Where the model had said why it ended, only its report was lost. Else what was shown is kept; where nothing was, the answer failed.</summary>
    private static AnswerEnd Broken(LiveCompletion live, RelayProgress progress, ProblemResult problem) => (progress.FinishReason, live.Answer.Length) switch
    {
        ({ } reason, _) => new AnswerEnd(AnswerEnd.Finished, ProtocolReason(reason)),
        (null, > 0) => AnswerEnd.OfInterrupted,
        _ => new AnswerEnd(AnswerEnd.Failed, Problem: problem),
    };

    /// <summary>The AI SDK's words; any other would fail a whole answer at its end.</summary>
    private static string ProtocolReason(string reason) => reason switch
    {
        "stop" or "length" => reason,
        "content_filter" => "content-filter",
        "tool_calls" or "function_call" => "tool-calls",
        _ => "other",
    };

    private async Task<bool> Finish(LiveCompletion live, AnswerEnd end, RelayProgress progress)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await store.Finish(live.Undrafted(), end, progress.WasCalled, progress.Usage, progress.FirstTokenAt, CancellationToken.None);
            }
            catch (NpgsqlException e)
            {
                Log.NotFinished(log, live.Id, attempt + 1, e.GetType().Name, e.SqlState);
                if (attempt == s_finishPauses.Length)
                {
                    // Its lease runs out, and the timer ends it from its draft.
                    return false;
                }

                await Task.Delay(s_finishPauses[attempt], time);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Completion {Completion} failed unexpectedly")]
        public static partial void Unexpected(ILogger log, Guid completion, Exception exception);

        [LoggerMessage(LogLevel.Warning, "Model {Model} broke off: {Reason}")]
        public static partial void Broken(ILogger log, string model, string reason);

        [LoggerMessage(LogLevel.Warning, "Completion {Completion} could not be finished, attempt {Attempt}: {Reason} {SqlState}")]
        public static partial void NotFinished(ILogger log, Guid completion, int attempt, string reason, string? sqlState);
    }
}
