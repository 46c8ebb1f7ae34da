using System.Buffers;
using System.Text.Json;

namespace ChatBot.Functions.Completions;

/// <summary>What a <see cref="JsonScanner"/> has come to.</summary>
internal enum JsonPlace
{
    /// <summary>The end of the bytes.</summary>
    None,

    /// <summary>The first byte of a value, which was just read.</summary>
    ValueStart,

    /// <summary>The end of a value: all of it was read, and nothing behind it.</summary>
    ValueEnd,

    /// <summary>The opening quote of a member's name, which was just read.</summary>
    NameStart,

    /// <summary>The closing quote of a member's name, which was just read.</summary>
    NameEnd,
}

/// <summary>
/// Checks JSON that comes in pieces, and tells where its values are. It holds nothing of them, however long they are: the framework's
/// reader has to see each text whole.
/// </summary>
internal sealed class JsonScanner(int maxDepth)
{
    // Of a number, true, false or null.
    private const int LongestScalar = 512;

    private static readonly SearchValues<byte> s_scalar = SearchValues.Create("+-.0123456789Eaeflnrstu"u8);
    private static readonly SearchValues<byte> s_whitespace = SearchValues.Create(" \t\r\n"u8);

    private readonly Stack<bool> _isObject = new();
    private readonly byte[] _scalar = new byte[LongestScalar];
    private LongString _string;
    private int _scalarLength;
    private State _state = State.Value;

    private enum State
    {
        Value,
        ValueOrEnd,
        Name,
        NameOrEnd,
        Colon,
        CommaOrEnd,
        InName,
        InText,
        InScalar,
        End,
    }

    /// <summary>How many objects and arrays there are around the value or the name that was come to.</summary>
    public int Depth { get; private set; }

    /// <summary>Reads to the next place.</summary>
    /// <exception cref="JsonException">This is no JSON.</exception>
    public JsonPlace Read(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        while (length < bytes.Length)
        {
            var rest = bytes[length..];
            switch (_state)
            {
                case State.InName or State.InText:
                    length += _string.Read(rest, out var isAtEnd);
                    if (isAtEnd)
                    {
                        return _state == State.InText ? EndValue() : Enter(State.Colon, JsonPlace.NameEnd);
                    }

                    break;
                case State.InScalar:
                    length += ReadScalar(rest, out isAtEnd);
                    if (isAtEnd)
                    {
                        return EndValue();
                    }

                    break;
                default:
                    var spaces = rest.IndexOfAnyExcept(s_whitespace);
                    length = spaces < 0 ? bytes.Length : length + spaces + 1;
                    if (spaces >= 0 && Take(rest[spaces]) is not JsonPlace.None and var place)
                    {
                        return place;
                    }

                    break;
            }
        }

        return JsonPlace.None;
    }

    /// <summary>There is nothing more.</summary>
    /// <exception cref="JsonException">There should be.</exception>
    public void End()
    {
        if (_state != State.End)
        {
            throw new JsonException("It ends too early.");
        }
    }

    private JsonPlace Take(byte next)
    {
        switch (_state, next)
        {
            case (State.ValueOrEnd, (byte)']') or (State.NameOrEnd, (byte)'}'):
                return Close();
            case (State.CommaOrEnd, (byte)']' or (byte)'}') when _isObject.Peek() == (next == '}'):
                return Close();
            case (State.CommaOrEnd, (byte)','):
                return Enter(_isObject.Peek() ? State.Name : State.Value, JsonPlace.None);
            case (State.Name or State.NameOrEnd, (byte)'"'):
                (_string, Depth) = (default, _isObject.Count);
                return Enter(State.InName, JsonPlace.NameStart);
            case (State.Colon, (byte)':'):
                return Enter(State.Value, JsonPlace.None);
            case (State.Value or State.ValueOrEnd, _):
                return BeginValue(next);
            default:
                throw Unexpected();
        }
    }

    private JsonPlace BeginValue(byte next)
    {
        Depth = _isObject.Count;
        switch (next)
        {
            case (byte)'{' or (byte)'[':
                if (Depth == maxDepth)
                {
                    throw new JsonException($"It is nested more than {maxDepth} levels deep.");
                }

                _isObject.Push(next == '{');
                return Enter(next == '{' ? State.NameOrEnd : State.ValueOrEnd, JsonPlace.ValueStart);
            case (byte)'"':
                _string = default;
                return Enter(State.InText, JsonPlace.ValueStart);
            case var _ when s_scalar.Contains(next):
                (_scalar[0], _scalarLength) = (next, 1);
                return Enter(State.InScalar, JsonPlace.ValueStart);
            default:
                throw Unexpected();
        }
    }

    private JsonPlace Close()
    {
        _isObject.Pop();
        return EndValue();
    }

    private JsonPlace EndValue()
    {
        Depth = _isObject.Count;
        return Enter(Depth == 0 ? State.End : State.CommaOrEnd, JsonPlace.ValueEnd);
    }

    private int ReadScalar(ReadOnlySpan<byte> bytes, out bool isAtEnd)
    {
        var end = bytes.IndexOfAnyExcept(s_scalar);
        var length = end < 0 ? bytes.Length : end;
        isAtEnd = end >= 0;
        if (_scalarLength + length > LongestScalar)
        {
            throw new JsonException("A number is too long.");
        }

        bytes[..length].CopyTo(_scalar.AsSpan(_scalarLength));
        _scalarLength += length;
        if (isAtEnd)
        {
            CheckScalar();
        }

        return length;
    }

    private void CheckScalar()
    {
        try
        {
            var reader = new Utf8JsonReader(_scalar.AsSpan(0, _scalarLength));
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            throw Unexpected();
        }
    }

    private JsonPlace Enter(State state, JsonPlace place)
    {
        _state = state;
        return place;
    }

    private static JsonException Unexpected() => new("A character is not expected there.");
}
