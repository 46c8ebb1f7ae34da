using System.Text;

namespace ChatBot.Local;

/// <summary>A journal entry while its call is being answered.</summary>
internal sealed class RunningCall(ModelCall call, TimeProvider time)
{
    private const int KeptCharacters = 1_000_000;

    private readonly Lock gate = new();
    private readonly StringBuilder text = new();
    private ModelCall call = call;

    public ModelCall Snapshot()
    {
        lock (gate)
            return call with { SentText = text.ToString() };
    }

    public void Answered(int status) => Change(now => now with { Status = status });

    public void Sent(AnswerPiece piece)
    {
        lock (gate)
        {
            call = call with { SentTokens = call.SentTokens + piece.Tokens };
            text.Append(piece.Text.AsSpan(0, Math.Min(piece.Text.Length, KeptCharacters - text.Length)));
        }
    }

    public void FinishReasonSent(string reason) => Change(now => now with { FinishReason = reason });

    public void UsageSent(int reasoning, int cached) => Change(now => now with { UsageSent = true, ReasoningTokens = reasoning, CachedTokens = cached });

    /// <summary>The first outcome stands.</summary>
    public void Finish(CallOutcome outcome) =>
        Change(now => now.Outcome == CallOutcome.Running ? now with { Outcome = outcome, FinishedAt = time.GetUtcNow() } : now);

    private void Change(Func<ModelCall, ModelCall> change)
    {
        lock (gate)
            call = change(call);
    }
}
