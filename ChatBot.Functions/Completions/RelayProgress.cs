using ChatBot.Functions.Models;

namespace ChatBot.Functions.Completions;

/// <summary>What is known of a call while it runs.</summary>
public sealed class RelayProgress(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan? _toFirstToken;

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public DateTimeOffset? FirstTokenAt { get; private set; }

    /// <summary>The last that the provider reported.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>In the provider's words; null while the model has not said that it is done.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>What the provider's content filter took out; null for nothing.</summary>
    public IReadOnlyList<string>? Filtered { get; private set; }

    public void Take(ModelChunk chunk)
    {
        Usage = chunk.Usage ?? Usage;
        FinishReason = chunk.FinishReason ?? FinishReason;
        Filtered = chunk.Filtered.Count > 0 ? chunk.Filtered : Filtered;
    }

    public void TokenCame()
    {
        if (FirstTokenAt is null)
        {
            FirstTokenAt = time.GetUtcNow();
            _toFirstToken = Elapsed;
        }
    }

    public Receipt Receipt(Admission admission) => new(
        admission.Model,
        admission.Attempt,
        admission.Payer,
        Usage is null ? "estimated" : "reported",
        Usage?.Input,
        Usage?.CachedInput,
        Usage?.Output,
        Usage?.Reasoning,
        Usage is { } usage ? (admission.Payer == "platform" ? admission.Price.CostOf(usage) : 0) : null,
        admission.Price.Currency,
        admission.Price.Id,
        admission.ReservedTokens,
        admission.ReservedCost,
        (int?)_toFirstToken?.TotalMilliseconds,
        (int)Elapsed.TotalMilliseconds,
        Stored: true,
        Filtered);
}
