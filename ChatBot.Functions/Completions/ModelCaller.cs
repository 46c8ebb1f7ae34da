using System.Text.Json;
using ChatBot.Functions.Models;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Functions.Time;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Gets a completion its answer begun. As long as no token has come, what fails is tried again, and then with the models that stand
/// in for the one that was asked for; a token that somebody has seen makes the call the only one.
/// </summary>
public sealed partial class ModelCaller(
    ChatModel chatModel,
    ModelCircuits circuits,
    AdmissionStore admissions,
    DraftWriter drafts,
    ChatBotSettings settings,
    TimeProvider time,
    ILogger<ModelCaller> log)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(400);

    /// <exception cref="OperationCanceledException">The completion was stopped.</exception>
    public async Task<FirstChunk> Call(LiveCompletion live)
    {
        var opening = await CallUntilUnusable(live);
        foreach (var name in live.Model.Fallbacks)
        {
            if (opening.Failure is null or { Fault: ModelFault.Rejected })
            {
                break;
            }

            var fallback = settings.Models.First(m => m.Name == name);
            // An own key pays for OpenAI's models only: another one would be at the operator's cost.
            if (live.OwnKey is not null && fallback.Provider is not ModelProvider.OpenAI)
            {
                continue;
            }

            if (await BeginAttempt(live, fallback))
            {
                Log.FellBack(log, live.Id, fallback.Name);
                Metrics.CalledAgain(fallback.Deployment);
                opening = await CallUntilUnusable(live);
            }
        }

        return opening;
    }

    /// <summary>Calls the completion's present model, again where that may help.</summary>
    private async Task<FirstChunk> CallUntilUnusable(LiveCompletion live)
    {
        var start = time.GetTimestamp();
        var body = ModelRequest.Write(live.Model.Deployment, live.Messages, live.Admission.MaxOutputTokens);
        for (var retry = 0; ; retry++)
        {
            if (live.Stopping.IsCancellationRequested)
            {
                // In time: nothing is sent of this call, so it costs nothing.
                live.IsCalled = false;
                throw new OperationCanceledException(live.Stopping);
            }

            var opening = await circuits.Through(live.Model.Name, () => Open(live, body));
            live.IsCalled = opening.Failure is null or { WasTaken: true };
            if (opening.Failure is not { Fault: ModelFault.Transient } failure || retry == settings.ModelCalls.Retries)
            {
                return opening;
            }

            var pause = s_firstPause * (1 << retry) * (0.5 + (Random.Shared.NextDouble() / 2));
            pause = failure.RetryAfter > pause ? failure.RetryAfter.Value : pause;
            if (pause > settings.ModelCalls.LongestRetryAfter || time.GetElapsedTime(start) + pause > settings.ModelCalls.RetryWithin)
            {
                return opening;
            }

            await time.DelayAtLeast(pause, live.Stopping);
            if (!await MayCallAgain(live))
            {
                return opening;
            }

            Metrics.CalledAgain(live.Model.Deployment);
            // A further attempt may have less room for its answer.
            body = ModelRequest.Write(live.Model.Deployment, live.Messages, live.Admission.MaxOutputTokens);
        }
    }

    /// <summary>Where the model took the call, a further one is an attempt of its own; where it did not, it has to be known again that one is out.</summary>
    private async Task<bool> MayCallAgain(LiveCompletion live)
    {
        if (live.IsCalled)
        {
            return await BeginAttempt(live, live.Model);
        }

        live.IsCalled = true;
        return await drafts.Write();
    }

    private async Task<bool> BeginAttempt(LiveCompletion live, ModelSettings model)
    {
        try
        {
            if (await admissions.BeginAttempt(live, model, CancellationToken.None) is not { } call)
            {
                return false;
            }

            live.Begin(model, call);
            return true;
        }
        catch (NpgsqlException e)
        {
            Log.NotBegun(log, live.Id, e.GetType().Name, e.SqlState);
            return false;
        }
    }

    /// <summary>One call, up to its first token.</summary>
    private async ValueTask<FirstChunk> Open(LiveCompletion live, BinaryData body)
    {
        var observed = ObservedCall.Begin(live.Model, settings.Providers, live.Admission.MaxOutputTokens, time);
        try
        {
            var opening = await Open(live, body, observed);
            if (opening.Failure is { } failure)
            {
                observed.End(failure.ErrorType);
            }

            return opening;
        }
        catch (Exception e)
        {
            observed.End(e is OperationCanceledException ? live.StopReason?.Problem?.Kind.Code : e.GetType().Name);
            throw;
        }
    }

    private async ValueTask<FirstChunk> Open(LiveCompletion live, BinaryData body, ObservedCall observed)
    {
        var timeout = CancellationTokenSource.CreateLinkedTokenSource(live.Stopping);
        timeout.CancelAfter(settings.Streams.FirstToken);
        ModelAnswer? answer = null;
        live.Calls.Add(live.Model.Name);
        try
        {
            var reply = await chatModel.Open(live.Model, live.OwnKey, body, live.Admission.AttemptId, timeout.Token);
            if (reply.Failure is { } failure)
            {
                return failure;
            }

            answer = reply.Answer!;
            var chunks = answer.Chunks.GetAsyncEnumerator(CancellationToken.None);
            while (await chunks.MoveNextAsync())
            {
                var chunk = chunks.Current;
                if (chunk.Error is { } error)
                {
                    Log.Silent(log, live.Model.Name, error.Code ?? "error");
                    return ModelFailures.Of(error, live.OwnKey is not null, isEvent: true);
                }

                // What it thinks is a part of what it answers: it is charged for.
                if (chunk.Text.Length > 0 || chunk.Reasoning.Length > 0 || chunk.FinishReason is not null)
                {
                    observed.Take(chunk);
                    var call = new ModelCall(chunks, answer, timeout, observed);
                    (answer, timeout) = (null, null);
                    return new FirstChunk(call, null);
                }
            }

            Log.Silent(log, live.Model.Name, "end of stream");
            return Silent(ProblemKind.ModelFailed);
        }
        catch (OperationCanceledException) when (!live.Stopping.IsCancellationRequested)
        {
            Log.Silent(log, live.Model.Name, "timeout");
            return Silent(ProblemKind.ModelTimeout);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException or InvalidDataException)
        {
            Log.Silent(log, live.Model.Name, e.GetType().Name);
            return Silent(ProblemKind.ModelFailed);
        }
        finally
        {
            if (answer is not null)
            {
                await answer.DisposeAsync();
            }

            timeout?.Dispose();
        }
    }

    /// <summary>The model took the call, and nothing of an answer came.</summary>
    private static ModelFailure Silent(ProblemKind kind) => new(
        ModelFault.Transient, new ProblemResult(kind, "The model did not begin to answer. Send the message again."), WasTaken: true, IsOutage: true);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Model {Model} gave no token: {Reason}")]
        public static partial void Silent(ILogger log, string model, string reason);

        [LoggerMessage(LogLevel.Warning, "Completion {Completion} goes on with the fallback {Model}")]
        public static partial void FellBack(ILogger log, Guid completion, string model);

        [LoggerMessage(LogLevel.Warning, "Completion {Completion} cannot have another attempt: {Reason} {SqlState}")]
        public static partial void NotBegun(ILogger log, Guid completion, string reason, string? sqlState);
    }
}
