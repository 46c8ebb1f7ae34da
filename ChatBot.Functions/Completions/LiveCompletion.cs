using ChatBot.Functions.Settings;
using ChatBot.Functions.Tokens;

namespace ChatBot.Functions.Completions;

/// <summary>A completion that this process is writing.</summary>
public sealed class LiveCompletion(Guid id, AdmittedCall call, ModelSettings model, string? ownKey, int? disconnectGraceSeconds, string? traceParent)
{
    /// <summary>Of the lease: a completion begins with its first.</summary>
    public const int FirstEpoch = 1;

    // Not disposed: it has no timer, and whoever still holds the completion may ask it to stop after its end.
    private readonly CancellationTokenSource _stopping = new();
    private CompletionOutcome? _reason;
    private volatile bool _isCalled = true;

    public Guid Id => id;

    public int Epoch => FirstEpoch;

    public CompletionBuffer Answer { get; } = new(id);

    /// <summary>What the model thought before its answer, of which only the count is kept.</summary>
    public TokenTally Reasoning { get; } = new();

    /// <summary>Of the present attempt.</summary>
    public Reservation Admission { get; private set; } = call.Admission;

    /// <summary>The models that were called, one for each call.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The prices of the calls that were taken and gave no token.</summary>
    public List<Price> Abandoned { get; } = [];

    /// <summary>Of the present attempt.</summary>
    public ModelSettings Model { get; private set; } = model;

    /// <summary>The prompt; empty once it is no longer needed, as it may be large and an answer be long.</summary>
    public string Messages { get; private set; } = call.Messages;

    /// <summary>Whether the present attempt is one that the provider may charge for: in doubt it is.</summary>
    public bool IsCalled
    {
        get => _isCalled;
        set => _isCalled = value;
    }

    /// <summary>How long to go on after its reader has left; null to the end.</summary>
    public int? DisconnectGraceSeconds => disconnectGraceSeconds;

    public string? OwnKey => ownKey;

    public string? TraceParent => traceParent;

    /// <summary>
    /// How much of the text is in the database, in UTF-16 code units. Written by who writes drafts; 0 again where another
    /// server may have taken over, which has not all of it.
    /// </summary>
    public int Drafted { get; set; }

    /// <summary>How many tokens of reasoning the database knows of.</summary>
    public int DraftedReasoning { get; set; }

    /// <summary>Whether someone else holds the completion now, so that nothing of it may be written any more.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Cancelled when the model is not to be listened to any longer.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Why it was stopped; null while it was not.</summary>
    public CompletionOutcome? StopReason => Volatile.Read(ref _reason);

    /// <summary>The first reason counts.</summary>
    public void Stop(CompletionOutcome reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            _stopping.Cancel();
        }
    }

    public void Take()
    {
        IsTaken = true;
        Stop(CompletionOutcome.Interrupted);
    }

    /// <summary>A further attempt.</summary>
    public void Begin(ModelSettings model, AdmittedCall call)
    {
        if (IsCalled)
        {
            Abandoned.Add(Admission.Price);
        }

        (Model, Admission, Messages, IsCalled) = (model, call.Admission, call.Messages, true);
    }

    public void ForgetMessages() => Messages = "";

    /// <summary>It has ended: whoever waits for it may let go.</summary>
    public void Release() => _stopping.Cancel();

    /// <summary>What is not in the database yet.</summary>
    public DraftPart Undrafted() => new(Id, Epoch, IsCalled, Drafted, Answer.From(Drafted).ToString(), Reasoning.Tokens, DraftedReasoning);
}
