
namespace ChatBot.Functions.Tokens;

/// <summary>Counts the tokens of a text that comes in pieces and is not kept: what is counted is forgotten. May be read while it grows.</summary>
public sealed class TokenTally
{
    // The piece that is counted anew each time somebody asks.
    private const int MaxRest = 2 * 1024;

    private readonly Lock _lock = new();
    private char[] _rest = [];
    private int _length;
    private int _counted;
    private int? _restTokens = 0;

    /// <summary>Of all so far.</summary>
    public int Tokens
    {
        get
        {
            lock (_lock)
            {
                _restTokens ??= TokenCounter.Count(_rest.AsSpan(0, _length));
                return _counted + _restTokens.Value;
            }
        }
    }

    public void Append(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        lock (_lock)
        {
            _restTokens = null;
            _rest = _rest.Length == 0 ? new char[MaxRest] : _rest;
            while (!text.IsEmpty)
            {
                var taken = Math.Min(text.Length, MaxRest - _length);
                text[..taken].CopyTo(_rest.AsSpan(_length));
                text = text[taken..];
                _length += taken;
                if (_length == MaxRest)
                {
                    CountUp(Boundary(_rest));
                }
            }
        }
    }

    private void CountUp(int length)
    {
        _counted += TokenCounter.Count(_rest.AsSpan(0, length));
        _rest.AsSpan(length, _length - length).CopyTo(_rest);
        _length -= length;
    }

    /// <summary>The last place where a word begins, where no token reaches across; without one, any that is not within a character.</summary>
    private static int Boundary(ReadOnlySpan<char> text)
    {
        for (var i = text.Length - 2; i > 0; i--)
        {
            if (text[i] == ' ' && char.IsLetter(text[i + 1]) && !char.IsWhiteSpace(text[i - 1]))
            {
                return i;
            }
        }

        return char.IsHighSurrogate(text[^1]) ? text.Length - 1 : text.Length;
    }
}
