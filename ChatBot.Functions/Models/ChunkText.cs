using System.Text.Json;

namespace ChatBot.Functions.Models;

/// <summary>Text out of a chunk's JSON strings, in a buffer that is used again for each chunk.</summary>
public sealed class ChunkText
{
    private char[] _text = [];
    private int _length;
    private char _half;

    public ReadOnlySpan<char> Span => _text.AsSpan(0, _length);

    /// <summary>What was half of a pair waits for its other half.</summary>
    public void Clear() => _length = 0;

    /// <summary>Nothing follows: a half that still waits is replaced.</summary>
    public void End()
    {
        if (_half != 0)
        {
            MakeRoom(1);
            (_text[_length++], _half) = ('\uFFFD', '\0');
        }
    }

    public void Append(ref Utf8JsonReader json)
    {
        // A half that was left over takes one more.
        MakeRoom(json.ValueSpan.Length + 1);
        var room = _text.AsSpan(_length);
        var length = _half == 0 && TryCopy(ref json, room, out var copied) ? copied : LenientJsonString.Read(json.ValueSpan, room, ref _half);
        // Postgres has no U+0000 in texts.
        room[..length].Replace('\0', '\uFFFD');
        _length += length;
    }

    private void MakeRoom(int units)
    {
        if (_length + units > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_length + units, Math.Max(256, _text.Length * 2)));
        }
    }

    private static bool TryCopy(ref Utf8JsonReader json, Span<char> text, out int length)
    {
        try
        {
            length = json.CopyString(text);
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8.
            length = 0;
            return false;
        }
    }
}
