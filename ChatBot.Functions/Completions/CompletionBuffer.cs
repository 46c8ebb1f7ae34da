namespace ChatBot.Functions.Completions;

/// <summary>
/// The text of one answer as it grows, and how it ended. Written by one producer, followed by any number of readers, each at
/// its own pace: who is slow gets more at a time and holds nobody up.
/// </summary>
public sealed class CompletionBuffer(Guid id)
{
    private readonly Lock _lock = new();
    private readonly List<CompletionBufferReader> _readers = [];
    private char[] _text = new char[1024];
    private int _length;
    private CompletionOutcome? _end;

    /// <summary>Of the assistant message.</summary>
    public Guid Id => id;

    /// <summary>In UTF-16 code units.</summary>
    public int Length => Volatile.Read(ref _length);

    /// <summary>Null while it is being written.</summary>
    public CompletionOutcome? End => Volatile.Read(ref _end);

    /// <summary>When it was last said that the answer, which another instance writes, is read here.</summary>
    public long? FollowedAt { get; set; }

    public bool IsFollowed
    {
        get
        {
            lock (_lock)
            {
                return _readers.Count > 0;
            }
        }
    }

    public void Append(ReadOnlySpan<char> text)
    {
        lock (_lock)
        {
            if (_length + text.Length > _text.Length)
            {
                // The old array stays as it is for readers that are in the middle of it.
                Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + text.Length));
            }

            text.CopyTo(_text.AsSpan(_length));
            Volatile.Write(ref _length, _length + text.Length);
            Signal();
        }
    }

    /// <summary>The first end counts.</summary>
    public void Finish(CompletionOutcome end)
    {
        lock (_lock)
        {
            Volatile.Write(ref _end, _end ?? end);
            Signal();
        }
    }

    /// <summary>What there is from <paramref name="start"/> on.</summary>
    public ReadOnlyMemory<char> From(int start)
    {
        lock (_lock)
        {
            return _text.AsMemory(start, _length - start);
        }
    }

    public CompletionBufferReader Follow(int start = 0)
    {
        var reader = new CompletionBufferReader(this, start);
        lock (_lock)
        {
            _readers.Add(reader);
        }

        return reader;
    }

    internal void Leave(CompletionBufferReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
        }
    }

    private void Signal()
    {
        foreach (var reader in _readers)
        {
            reader.Signal();
        }
    }
}
