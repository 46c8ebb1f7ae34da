using ChatBot.Functions.Models;

namespace ChatBot.Functions.Completions;

/// <summary>What is known of a call while it runs.</summary>
public sealed class RelayProgress(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long? _doneAt;
    private bool _hasEnded;

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public DateTimeOffset? FirstTokenAt { get; private set; }

    public int? FirstTokenMilliseconds { get; private set; }

    /// <summary>The call that is listened to; null where none has begun to answer.</summary>
    public ObservedCall? Observed { get; set; }

    /// <summary>What its span fails with, where it is not the problem that its user is told.</summary>
    public string? Error { get; set; }

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>The last that the provider reported.</summary>
    public UsageReport? Report { get; private set; }

    /// <summary>In OpenAI's words; null while the model has not said that it is done.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>Since the model said that it is done; zero before.</summary>
    public TimeSpan SinceDone => _doneAt is { } doneAt ? time.GetElapsedTime(doneAt) : TimeSpan.Zero;

    /// <summary>Whether nothing of the answer is missing: the model gave a reason, or reported its usage and ended the stream in good order.</summary>
    public bool IsWhole => FinishReason is not null || (_hasEnded && Report is not null);

    /// <summary>What the provider's content filter took out; null for nothing.</summary>
    public IReadOnlyList<string>? Filtered { get; private set; }

    public void Take(ModelChunk chunk)
    {
        Report = chunk.Usage ?? Report;
        if (chunk.FinishReason is { } reason)
        {
            FinishReason = reason;
            _doneAt ??= time.GetTimestamp();
        }

        _hasEnded |= chunk.IsLast;
        Filtered = chunk.Filtered.Count > 0 ? chunk.Filtered : Filtered;
    }

    public void TokenCame()
    {
        if (FirstTokenAt is null)
        {
            FirstTokenAt = time.GetUtcNow();
            FirstTokenMilliseconds = (int)Elapsed.TotalMilliseconds;
        }
    }
}
