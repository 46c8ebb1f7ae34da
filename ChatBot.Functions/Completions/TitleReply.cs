using System.Text;
using ChatBot.Functions.Models;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Tokens;
using ChatBot.Functions.Usage;
using ChatBot.Shared.Completions;

namespace ChatBot.Functions.Completions;

/// <summary>What a model answers when it is asked for a title: all of it, as it is charged for.</summary>
public sealed class TitleReply(RelayProgress progress, ObservedCall observed)
{
    // No title is as long, whatever a model sends.
    private const int MaxLength = 4_000;

    private static readonly TimeSpan s_reportTimeout = TimeSpan.FromSeconds(1);

    private readonly StringBuilder _text = new();
    private readonly TokenTally _reasoning = new();
    private string? _error;
    private bool _wasCalled = true;

    public RelayProgress Progress => progress;

    /// <param name="timeout">Ends the reading; once the answer is whole, soon.</param>
    public async Task Read(ModelAnswer answer, CancellationTokenSource timeout)
    {
        await foreach (var chunk in answer.Chunks)
        {
            if (chunk.Error is { } error)
            {
                var failure = ModelFailures.Of(error, isOwnKey: false, isEvent: true);
                _wasCalled = _text.Length > 0 || _reasoning.Tokens > 0 || failure.WasTaken;
                Fail(failure.ErrorType);
                return;
            }

            _text.Append(chunk.Text[..Math.Min(chunk.Text.Length, MaxLength - _text.Length)]);
            _reasoning.Append(chunk.Reasoning);
            _error ??= chunk.IsRefusal ? "refusal" : null;
            progress.Take(chunk);
            observed.Take(chunk);
            if (chunk.FinishReason is not null)
            {
                timeout.CancelAfter(s_reportTimeout);
            }
        }
    }

    public void Fail(ModelFailure failure)
    {
        _wasCalled = failure.WasTaken;
        Fail(failure.ErrorType);
    }

    public void Fail(string error) => _error ??= error;

    /// <param name="counted">But for what was answered.</param>
    public FinishedAnswer End(Guid id, UsageMeter meter, ModelSettings model, CountedUsage counted)
    {
        var metered = meter.Measure(
            model, counted with { TextTokens = TokenCounter.Count(_text.ToString()), ReasoningTokens = _reasoning.Tokens }, progress.Report, progress.IsWhole);
        observed.End(_error, progress.FinishReason, metered.Reported);
        var usage = metered.Usage;
        var isDone = _error is null && progress.IsWhole && progress.FinishReason is null or "stop";
        return new FinishedAnswer(
            1,
            id,
            LiveCompletion.FirstEpoch,
            isDone ? CompletionState.Finished : CompletionState.Failed,
            isDone ? "stop" : null,
            null,
            progress.Filtered,
            _wasCalled,
            _text.ToString(),
            usage.Input,
            usage.CachedInput,
            usage.CacheWrite,
            usage.Output,
            usage.Reasoning,
            metered.Quality,
            metered.Rejected,
            null,
            null);
    }
}
