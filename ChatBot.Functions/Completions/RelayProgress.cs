namespace ChatBot.Functions.Completions;

/// <summary>What is known of a call while it runs.</summary>
public sealed class RelayProgress(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan? _toFirstToken;

    /// <summary>Whether the model took the request, so that the provider charges for it.</summary>
    public bool WasCalled { get; private set; }

    public DateTimeOffset? FirstTokenAt { get; private set; }

    /// <summary>The last that the provider reported.</summary>
    public TokenUsage? Usage { get; set; }

    /// <summary>In the provider's words; null while the model has not said that it is done.</summary>
    public string? FinishReason { get; set; }

    public void Called() => WasCalled = true;

    public void TokenCame()
    {
        if (FirstTokenAt is null)
        {
            FirstTokenAt = time.GetUtcNow();
            _toFirstToken = time.GetElapsedTime(_start);
        }
    }

    public Receipt Receipt(Admission admission) => new(
        admission.Model,
        1,
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
        (int)time.GetElapsedTime(_start).TotalMilliseconds);
}
