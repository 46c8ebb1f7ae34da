using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Models;
using ChatBot.Functions.Preferences;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Calls the model for an admitted completion, relays what it says into the <see cref="Answer"/>, and brings the completion to
/// its end. Goes on by itself when the client is gone.
/// </summary>
public sealed partial class CompletionRelay(
    ModelCaller caller,
    CompletionFinisher finisher,
    DraftWriter drafts,
    KeyVault vault,
    ChatBotSettings settings,
    TimeProvider time,
    ILogger<CompletionRelay> log)
{
    private readonly ConcurrentDictionary<Guid, Task> _running = new();

    /// <summary>The answer, which is being written from now on.</summary>
    public Answer Start(CurrentUser user, Guid id, BegunCall call, int? lingerSeconds, string? traceParent)
    {
        var model = settings.Models.First(m => m.Name == call.Admission.Model);
        var ownKey = call.Admission.Key is { } key ? vault.Open(user.Id, key) : null;
        var live = new LiveCompletion(id, call, model, ownKey, lingerSeconds, traceParent);
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
        var finishing = Task.CompletedTask;
        Metrics.StreamBegan();
        try
        {
            var end = await Relay(live, progress);
            await drafts.Leave(live);
            finishing = finisher.Finish(live, end with { Receipt = progress.Receipt(live.Admission) }, progress);
            await finishing;
        }
        catch (Exception e)
        {
            Log.Unexpected(log, live.Id, e);
        }
        finally
        {
            // Does nothing where it has ended as it should.
            live.Answer.Finish(AnswerEnd.OfInterrupted);
            live.Release();
            Metrics.StreamEnded();
            _running.TryRemove(live.Id, out _);
        }
    }

    private async Task<AnswerEnd> Relay(LiveCompletion live, RelayProgress progress)
    {
        if (live.Admission.Key is not null && live.OwnKey is null)
        {
            live.IsCalled = false;
            return new AnswerEnd(AnswerEnd.Failed, Problem: new ProblemResult(
                ProblemKind.ProviderKeyRejected, "Your stored OpenAI key cannot be decrypted any more. Store it again in the preferences."));
        }

        try
        {
            drafts.Join(live);
            var opening = await caller.Call(live);
            live.ForgetMessages();
            if (opening.Call is not { } call)
            {
                return new AnswerEnd(AnswerEnd.Failed, Problem: opening.Failure!.Problem);
            }

            await using (call)
            {
                return await Observe(live, call, progress);
            }
        }
        catch (OperationCanceledException)
        {
            return live.StopReason ?? Broken(live, progress);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException or InvalidDataException)
        {
            Log.Broken(log, live.Model.Name, e.GetType().Name);
            return Broken(live, progress);
        }
    }

    private async Task<AnswerEnd> Observe(LiveCompletion live, ModelCall call, RelayProgress progress)
    {
        string? error = null;
        try
        {
            var end = await Listen(live, call, progress);
            error = end.Problem?.Kind.Code;
            return end;
        }
        catch (Exception e)
        {
            error = e is not OperationCanceledException ? e.GetType().Name
                : live.StopReason is { } reason ? reason.Problem?.Kind.Code
                : ProblemKind.ModelTimeout.Code;
            throw;
        }
        finally
        {
            call.Observed.End(error, progress);
        }
    }

    private async Task<AnswerEnd> Listen(LiveCompletion live, ModelCall call, RelayProgress progress)
    {
        var bytes = 0;
        do
        {
            var chunk = call.Chunk;
            if (chunk.Error is { } error)
            {
                Log.Broken(log, live.Model.Name, error);
                return Broken(live, progress);
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

            progress.Take(chunk);
            var left = settings.Streams.Total - progress.Elapsed;
            call.WaitAtMost(left < settings.Streams.Idle ? left : settings.Streams.Idle);
        }
        while (await call.Next());

        // A stream that ends without saying why was cut, however clean its end looks.
        return Broken(live, progress);
    }

    /// <summary>Where the model had said why it ended, only its report was lost. Else what was shown is kept, and it is not tried again.</summary>
    private static AnswerEnd Broken(LiveCompletion live, RelayProgress progress) => (progress.FinishReason, live.Answer.Length) switch
    {
        ({ } reason, _) => new AnswerEnd(AnswerEnd.Finished, ProtocolReason(reason)),
        (null, > 0) => AnswerEnd.OfInterrupted,
        _ => new AnswerEnd(AnswerEnd.Failed, Problem: new ProblemResult(
            ProblemKind.ModelFailed, "The model's answer broke off. Send the message again.")),
    };

    /// <summary>The AI SDK's words; any other would fail a whole answer at its end.</summary>
    private static string ProtocolReason(string reason) => reason switch
    {
        "stop" or "length" => reason,
        "content_filter" => "content-filter",
        "tool_calls" or "function_call" => "tool-calls",
        _ => "other",
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Completion {Completion} failed unexpectedly")]
        public static partial void Unexpected(ILogger log, Guid completion, Exception exception);

        [LoggerMessage(LogLevel.Warning, "Model {Model} broke off: {Reason}")]
        public static partial void Broken(ILogger log, string model, string reason);
    }
}
