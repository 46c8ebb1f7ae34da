using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Completions;

/// <summary>A completion that this process is writing.</summary>
public sealed class LiveCompletion(Guid id, Admission admission, ModelSettings model, string? ownKey, int? lingerSeconds, string? traceParent)
{
    // Not disposed: it has no timer, and whoever still holds the completion may ask it to stop after its end.
    private readonly CancellationTokenSource _stopping = new();
    private AnswerEnd? _reason;

    public Guid Id => id;

    /// <summary>Of the lease: a completion begins with its first.</summary>
    public int Epoch => 1;

    public Answer Answer { get; } = new(id);

    public Admission Admission => admission;

    public ModelSettings Model => model;

    public string? OwnKey => ownKey;

    public string? TraceParent => traceParent;

    /// <summary>How much of the text is in the database, in UTF-16 code units. Written by who writes drafts.</summary>
    public int Drafted { get; set; }

    /// <summary>Whether someone else holds the completion now, so that nothing of it may be written any more.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Cancelled when the model is not to be listened to any longer.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Why it was stopped; null while it was not.</summary>
    public AnswerEnd? StopReason => Volatile.Read(ref _reason);

    /// <summary>The first reason counts.</summary>
    public void Stop(AnswerEnd reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            _stopping.Cancel();
        }
    }

    public void Take()
    {
        IsTaken = true;
        Stop(AnswerEnd.OfInterrupted);
    }

    /// <summary>The client that asked for the answer left: goes on as long as it said.</summary>
    public void ClientLeft()
    {
        if (lingerSeconds is { } seconds && StopReason is null)
        {
            _ = StopUnlessFollowed(TimeSpan.FromSeconds(seconds));
        }
    }

    /// <summary>It has ended: whoever waits for it may let go.</summary>
    public void Release() => _stopping.Cancel();

    private async Task StopUnlessFollowed(TimeSpan linger)
    {
        await Task.Delay(linger, Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Who came back meanwhile counts anew when they leave.
        if (!Stopping.IsCancellationRequested && !Answer.IsFollowed)
        {
            Stop(AnswerEnd.OfStopped);
        }
    }

    /// <summary>What is not in the database yet.</summary>
    public DraftPart Undrafted() => new(Id, Epoch, Drafted, Answer.From(Drafted).ToString());
}
