using System.Collections.Concurrent;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using Polly;
using Polly.CircuitBreaker;

namespace ChatBot.Functions.Models;

/// <summary>
/// Leaves an endpoint alone for a while after it failed too often, so that sends go to the fallback at once, or fail at once, and
/// do not each wait for it in turn. One circuit per configured model, as a provider limits and loses deployments one by one.
/// </summary>
public sealed class ModelCircuits(ModelCallSettings settings, TimeProvider time)
{
    private static readonly TimeSpan s_sampling = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, ResiliencePipeline<FirstChunk>> _circuits = new();

    public async ValueTask<FirstChunk> Through(string model, Func<ValueTask<FirstChunk>> open)
    {
        try
        {
            return await _circuits.GetOrAdd(model, Build).ExecuteAsync(static (call, _) => call(), open, CancellationToken.None);
        }
        catch (BrokenCircuitException e)
        {
            var wait = e.RetryAfter ?? settings.CircuitOpen;
            return new ModelFailure(
                ModelFault.Unavailable,
                new ProblemResult(ProblemKind.ModelFailed, "The model is failing repeatedly. Send the message again later.", retryAfter: wait));
        }
    }

    private ResiliencePipeline<FirstChunk> Build(string model) =>
        new ResiliencePipelineBuilder<FirstChunk> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<FirstChunk>
            {
                FailureRatio = 0.5,
                MinimumThroughput = settings.CircuitFailures,
                SamplingDuration = s_sampling,
                BreakDuration = settings.CircuitOpen,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result.Failure?.IsOutage is true),
            })
            .Build();
}
