using System.Text;

namespace ChatBot.Local;

/// <summary>A journal entry while its call is being answered.</summary>
internal sealed class RunningCall(ModelCall call, TimeProvider time)
{
    private const int KeptCharacters = 1_000_000;

    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private ModelCall _call = call;

    public ModelCall Snapshot()
    {
        lock (_gate)
        {
            return _call with { SentText = _text.ToString() };
        }
    }

    public void Answered(int status) => Change(now => now with { Status = status });

    public void Sent(AnswerPiece piece)
    {
        lock (_gate)
        {
            _call = _call with { SentTokens = _call.SentTokens + piece.Tokens };
            _text.Append(piece.Text.AsSpan(0, Math.Min(piece.Text.Length, KeptCharacters - _text.Length)));
        }
    }

    public void FinishReasonSent(string reason) => Change(now => now with { FinishReason = reason });

    public void ReasoningSent(int tokens) => Change(now => now with { SentReasoning = now.SentReasoning + tokens });

    public void UsageSent(Directive directive) => Change(now => now with
    {
        UsageSent = true,
        ReasoningTokens = directive.AllReasoning,
        CachedTokens = directive.CachedTokens ?? 0,
        CacheWriteTokens = directive.CacheWrite ?? 0,
    });

    /// <summary>The first outcome stands.</summary>
    public void Finish(CallOutcome outcome) =>
        Change(now => now.Outcome == CallOutcome.Running ? now with { Outcome = outcome, FinishedAt = time.GetUtcNow() } : now);

    private void Change(Func<ModelCall, ModelCall> change)
    {
        lock (_gate)
        {
            _call = change(_call);
        }
    }
}
