using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Models;
using ChatBot.Functions.Preferences;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Functions.Tokens;
using ChatBot.Functions.Usage;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Calls the model for an admitted completion, relays what it says into the <see cref="CompletionBuffer"/>, and brings the completion to
/// its end. Goes on by itself when the client is gone.
/// </summary>
public sealed partial class CompletionRelay(
    ModelCaller caller,
    CompletionFinisher finisher,
    UsageMeter meter,
    DraftWriter drafts,
    ProviderKeyCipher vault,
    ChatBotSettings settings,
    TimeProvider time,
    ILogger<CompletionRelay> log)
{
    // Nobody waits for longer for what is only the report of an answer that is whole.
    private static readonly TimeSpan s_reportTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Task> _running = new();

    /// <summary>The answer, which is being written from now on.</summary>
    public CompletionBuffer Start(CurrentUser user, Guid id, AdmittedCall call, int? disconnectGraceSeconds, string? traceParent)
    {
        var model = settings.Models.First(m => m.Name == call.Admission.Model);
        var ownKey = call.Admission.Key is { } key ? vault.Open(user.Id, key) : null;
        var live = new LiveCompletion(id, call, model, ownKey, disconnectGraceSeconds, traceParent);
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
            var messages = live.Messages;
            // Beside the call, which takes longer, and before the prompt is forgotten.
            var prompt = Task.Run(() => TokenCounter.CountPrompt(messages));
            var end = await Relay(live, progress);
            var metered = Measure(live, progress, await prompt);
            progress.Observed?.End(progress.Error ?? end.Problem?.Kind.Code, progress.FinishReason, metered.Reported);
            await drafts.Leave(live);
            finishing = finisher.Finish(live, end with { Receipt = Receipts.Of(live, progress, end, metered) }, progress, metered);
            await finishing;
        }
        catch (Exception e)
        {
            progress.Observed?.End(e.GetType().Name);
            Log.Unexpected(log, live.Id, e);
        }
        finally
        {
            // Does nothing where it has ended as it should.
            live.Answer.Finish(CompletionOutcome.Interrupted);
            live.Release();
            Metrics.StreamEnded();
            _running.TryRemove(live.Id, out _);
        }
    }

    private MeteredUsage Measure(LiveCompletion live, RelayProgress progress, (int Messages, int Tokens) prompt)
    {
        var admission = live.Admission;
        var counted = new CountedUsage(
            prompt.Messages, prompt.Tokens, TokenCounter.Count(live.Answer.From(0).Span), live.Reasoning.Tokens, admission.PromptBound, admission.MaxOutputTokens);
        return meter.Measure(live.Model, counted, progress.Report, progress.IsWhole);
    }

    private async Task<CompletionOutcome> Relay(LiveCompletion live, RelayProgress progress)
    {
        if (live.Admission.Key is not null && live.OwnKey is null)
        {
            live.IsCalled = false;
            return new CompletionOutcome(CompletionState.Failed, Problem: new ProblemResult(
                ProblemKind.ProviderKeyRejected, "Your stored OpenAI key can no longer be decrypted. Store it again in the preferences."));
        }

        try
        {
            drafts.Join(live);
            var opening = await caller.Call(live);
            live.ForgetMessages();
            if (opening.Call is not { } call)
            {
                return new CompletionOutcome(CompletionState.Failed, Problem: opening.Failure!.Problem);
            }

            progress.Observed = call.Observed;
            await using (call)
            {
                return await Listen(live, call, progress);
            }
        }
        catch (OperationCanceledException)
        {
            progress.Error = live.StopReason is null ? ProblemKind.ModelTimeout.Code : null;
            return live.StopReason ?? Broken(live, progress, ProblemKind.ModelTimeout);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException or InvalidDataException)
        {
            progress.Error = e.GetType().Name;
            Log.Broken(log, live.Model.Name, progress.Error);
            return Broken(live, progress, ProblemKind.ModelFailed);
        }
    }

    private async Task<CompletionOutcome> Listen(LiveCompletion live, ModelCall call, RelayProgress progress)
    {
        var bytes = 0;
        do
        {
            var chunk = call.Chunk;
            if (chunk.Error is { } error)
            {
                Log.Broken(log, live.Model.Name, error.Code ?? "error");
                return Broken(live, progress, error);
            }

            var text = chunk.Text;
            if (text.Length > 0)
            {
                bytes += Encoding.UTF8.GetByteCount(text);
                if (bytes > StreamSettings.MaxAnswerBytes)
                {
                    return new CompletionOutcome(CompletionState.Finished, "length");
                }

                progress.TokenCame();
                live.Answer.Append(text);
            }

            live.Reasoning.Append(chunk.Reasoning);
            progress.Take(chunk);
            call.WaitAtMost(TimeoutOf(progress));
        }
        while (await call.Next());

        // A stream that ends without saying why was cut, however clean its end looks.
        return Broken(live, progress, ProblemKind.ModelFailed);
    }

    private TimeSpan TimeoutOf(RelayProgress progress)
    {
        var left = settings.Streams.Total - progress.Elapsed;
        var silence = progress.IsWhole ? s_reportTimeout - progress.SinceDone
            // As long as it thinks, its first token is still to come.
            : progress.FirstTokenAt is null && settings.Streams.FirstToken > settings.Streams.Idle ? settings.Streams.FirstToken
            : settings.Streams.Idle;
        return silence < left ? silence : left;
    }

    /// <summary>Where the model had said why it ended, only its report was lost. Else what was shown is kept, and it is not tried again.</summary>
    private static CompletionOutcome Broken(LiveCompletion live, RelayProgress progress, ProblemKind kind) =>
        progress.IsWhole ? new CompletionOutcome(CompletionState.Finished, FinishReasons.ToProtocol(progress.FinishReason))
        : live.Answer.Length > 0 ? CompletionOutcome.Interrupted
        : new CompletionOutcome(CompletionState.Failed, Problem: new ProblemResult(kind, "The model's answer was interrupted. Send the message again."));

    /// <summary>The same; but where it would break off again, the reason is told.</summary>
    private static CompletionOutcome Broken(LiveCompletion live, RelayProgress progress, ProviderError error)
    {
        var end = Broken(live, progress, ProblemKind.ModelFailed);
        return end.Problem is not null && ModelFailures.Of(error, live.OwnKey is not null, isEvent: true) is { Fault: ModelFault.Rejected } failure
            ? end with { Problem = failure.Problem } : end;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Completion {Completion} failed unexpectedly")]
        public static partial void Unexpected(ILogger log, Guid completion, Exception exception);

        [LoggerMessage(LogLevel.Warning, "Model {Model} broke off: {Reason}")]
        public static partial void Broken(ILogger log, string model, string reason);
    }
}
