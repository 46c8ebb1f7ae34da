using System.Buffers;
using System.Text.Json;

namespace ChatBot.Functions.Completions;

/// <summary>Reads over a JSON string that is too long to be held, piece by piece, from the byte behind its opening quote on.</summary>
internal struct LongString
{
    // An escape is a backslash and one of these, or u and four hexadecimal digits.
    private const int AfterBackslash = 1;
    private const int FirstDigit = 2;
    private const int LastDigit = 5;

    private static readonly SearchValues<byte> s_special = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    private int _escape;

    /// <summary>How many of the bytes belong to the string, with its closing quote where that is among them.</summary>
    /// <exception cref="JsonException">The string is not valid.</exception>
    public int Read(ReadOnlySpan<byte> bytes, out bool isAtEnd)
    {
        isAtEnd = false;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (_escape > 0)
            {
                ReadEscape(bytes[i]);
                continue;
            }

            var next = bytes[i..].IndexOfAny(s_special);
            if (next < 0)
            {
                break;
            }

            i += next;
            switch (bytes[i])
            {
                case (byte)'"':
                    isAtEnd = true;
                    return i + 1;
                case (byte)'\\':
                    _escape = AfterBackslash;
                    break;
                default:
                    throw new JsonException("A string holds a control character.");
            }
        }

        return bytes.Length;
    }

    private void ReadEscape(byte next)
    {
        var isValid = _escape == AfterBackslash ? "\"\\/bfnrtu"u8.Contains(next) : char.IsAsciiHexDigit((char)next);
        if (!isValid)
        {
            throw new JsonException("A string holds an escape that does not exist.");
        }

        _escape = _escape == AfterBackslash ? (next == 'u' ? FirstDigit : 0) : _escape == LastDigit ? 0 : _escape + 1;
    }
}
