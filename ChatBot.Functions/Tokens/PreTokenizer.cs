using static ChatBot.Functions.Tokens.CharacterClass;

namespace ChatBot.Functions.Tokens;

/// <summary>
/// Cuts text as o200k_base does before it merges bytes, in one pass. By hand: .NET's regular expressions see the halves of
/// surrogate pairs where the provider's see characters.
/// </summary>
/// <remarks>
/// The first of these alternatives that matches counts, where U is [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] and L is [\p{Ll}\p{Lm}\p{Lo}\p{M}]:
/// <code>
/// [^\r\n\p{L}\p{N}]? U* L+ (?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// [^\r\n\p{L}\p{N}]? U+ L* (?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// \p{N}{1,3}
/// ' '? [^\s\p{L}\p{N}]+ [\r\n/]*
/// \s* [\r\n]+
/// \s+ (?!\S)
/// \s+
/// </code>
/// </remarks>
public static class PreTokenizer
{
    private const CharacterClass Letter = Upper | Lower | Caseless;
    private const CharacterClass InUpperRun = Upper | Caseless | Mark;
    private const CharacterClass InLowerRun = Lower | Caseless | Mark;

    /// <param name="utf8">Well-formed, and not empty.</param>
    /// <returns>The bytes of the first piece.</returns>
    public static int First(ReadOnlySpan<byte> utf8)
    {
        var first = CharacterClasses.First(utf8, out var size);
        if ((first & Number) != 0)
        {
            return Digits(utf8, size);
        }

        if ((first & LineEnd) == 0)
        {
            // A mark may stand before a word and begin one, which comes to the same.
            var start = (first & (Letter | Mark)) != 0 ? 0 : size;
            if (Word(utf8, start) is var end && end > start)
            {
                return Contraction(utf8, end);
            }
        }

        return (first & Space) == 0 || (utf8[0] == ' ' && IsPunctuation(utf8[1..])) ? Punctuation(utf8, size) : WhiteSpace(utf8);
    }

    /// <returns>The end of the word that begins at <paramref name="start"/>; that itself where none does.</returns>
    private static int Word(ReadOnlySpan<byte> utf8, int start)
    {
        var (end, caseless) = (start, start);
        while (end < utf8.Length)
        {
            var next = CharacterClasses.First(utf8[end..], out var size);
            if ((next & InUpperRun) == 0)
            {
                return (next & Lower) != 0 ? LowerRun(utf8, end + size) : caseless > start ? caseless : end;
            }

            end += size;
            caseless = (next & Upper) != 0 ? caseless : end;
        }

        // Capitals alone are a word, but none where a caseless character before them can be its end.
        return caseless > start ? caseless : end;
    }

    private static int LowerRun(ReadOnlySpan<byte> utf8, int end)
    {
        while (end < utf8.Length && (CharacterClasses.First(utf8[end..], out var size) & InLowerRun) != 0)
        {
            end += size;
        }

        return end;
    }

    private static int Contraction(ReadOnlySpan<byte> utf8, int end) => utf8[end..] switch
    {
        [(byte)'\'', (byte)'s' or (byte)'S' or (byte)'t' or (byte)'T' or (byte)'m' or (byte)'M' or (byte)'d' or (byte)'D', ..] => end + 2,
        [(byte)'\'', (byte)'r' or (byte)'R' or (byte)'v' or (byte)'V', (byte)'e' or (byte)'E', ..] => end + 3,
        [(byte)'\'', (byte)'l' or (byte)'L', (byte)'l' or (byte)'L', ..] => end + 3,
        // The long s of old prints is an s where case does not count.
        [(byte)'\'', 0xC5, 0xBF, ..] => end + 3,
        _ => end,
    };

    private static int Digits(ReadOnlySpan<byte> utf8, int end)
    {
        for (var more = 0; more < 2 && end < utf8.Length && (CharacterClasses.First(utf8[end..], out var size) & Number) != 0; more++)
        {
            end += size;
        }

        return end;
    }

    private static bool IsPunctuation(ReadOnlySpan<byte> utf8) =>
        !utf8.IsEmpty && (CharacterClasses.First(utf8, out _) & (Letter | Number | Space)) == 0;

    private static int Punctuation(ReadOnlySpan<byte> utf8, int end)
    {
        while (end < utf8.Length && (CharacterClasses.First(utf8[end..], out var size) & (Letter | Number | Space)) == 0)
        {
            end += size;
        }

        while (end < utf8.Length && utf8[end] is (byte)'\r' or (byte)'\n' or (byte)'/')
        {
            end++;
        }

        return end;
    }

    /// <returns>To the last line end; else all of it but for the last, which belongs to what follows; else all of it.</returns>
    private static int WhiteSpace(ReadOnlySpan<byte> utf8)
    {
        var (end, last, lines) = (0, 0, 0);
        while (end < utf8.Length && CharacterClasses.First(utf8[end..], out var size) is var next && (next & Space) != 0)
        {
            last = end;
            end += size;
            lines = (next & LineEnd) != 0 ? end : lines;
        }

        return lines > 0 ? lines : end == utf8.Length || last == 0 ? end : last;
    }
}
