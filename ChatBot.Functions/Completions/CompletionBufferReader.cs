using System.Threading.Tasks.Sources;

namespace ChatBot.Functions.Completions;

/// <summary>Follows one <see cref="Answer"/>. Waiting allocates nothing, as it happens once per token.</summary>
public sealed class CompletionBufferReader(CompletionBuffer answer, int position) : IValueTaskSource, IDisposable
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private bool _isSignaled;
    private bool _isWaiting;

    public CompletionBuffer Answer => answer;

    /// <summary>How much was taken, in UTF-16 code units.</summary>
    public int Position { get; private set; } = position;

    /// <summary>What came since the last time, at most so much of it; empty where nothing did.</summary>
    public ReadOnlyMemory<char> Take(int longest)
    {
        // Who resumes may have seen more than a draft that is still behind has.
        if (answer.Length <= Position)
        {
            return default;
        }

        var text = answer.From(Position);
        if (text.Length > longest)
        {
            // Halves of a pair are no text by themselves.
            text = text[..(char.IsHighSurrogate(text.Span[longest - 1]) ? longest - 1 : longest)];
        }

        Position += text.Length;
        return text;
    }

    /// <summary>Until there is more, the answer ended, or someone signalled.</summary>
    public ValueTask Wait()
    {
        lock (_lock)
        {
            if (_isSignaled)
            {
                _isSignaled = false;
                return ValueTask.CompletedTask;
            }

            _core.Reset();
            _isWaiting = true;
            return new ValueTask(this, _core.Version);
        }
    }

    public void Signal()
    {
        lock (_lock)
        {
            if (!_isWaiting)
            {
                _isSignaled = true;
                return;
            }

            _isWaiting = false;
        }

        _core.SetResult(true);
    }

    public void Dispose() => answer.Leave(this);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
