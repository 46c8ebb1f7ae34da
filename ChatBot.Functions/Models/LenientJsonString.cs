using System.Buffers.Text;
using System.Text;

namespace ChatBot.Functions.Models;

/// <summary>
/// Reads JSON strings that are no Unicode: some servers escape each half of a surrogate pair on its own and cut between the two.
/// </summary>
public static class LenientJsonString
{
    private const char Replacement = '\uFFFD';

    /// <summary>Writes the text of <paramref name="escaped"/>, a JSON string without its quotes, to <paramref name="text"/>, which has room for as many units.</summary>
    /// <param name="half">The first half of a pair whose second may come with the next string; 0 where there is none.</param>
    /// <returns>How many UTF-16 code units were written.</returns>
    public static int Read(ReadOnlySpan<byte> escaped, Span<char> text, ref char half)
    {
        var length = 0;
        Span<char> units = stackalloc char[2];
        while (escaped.Length > 0)
        {
            if (escaped[0] == '\\')
            {
                var (unit, consumed) = Unescape(escaped);
                Append(text, ref length, unit, ref half);
                escaped = escaped[consumed..];
            }
            else
            {
                // What is no UTF-8 is decoded as the replacement character.
                Rune.DecodeFromUtf8(escaped, out var rune, out var consumed);
                foreach (var unit in units[..rune.EncodeToUtf16(units)])
                {
                    Append(text, ref length, unit, ref half);
                }

                escaped = escaped[consumed..];
            }
        }

        return length;
    }

    private static void Append(Span<char> text, ref int length, char unit, ref char half)
    {
        if (half != 0 && !char.IsLowSurrogate(unit))
        {
            text[length++] = Replacement;
            half = '\0';
        }

        if (char.IsHighSurrogate(unit))
        {
            half = unit;
            return;
        }

        if (char.IsLowSurrogate(unit))
        {
            if (half == 0)
            {
                text[length++] = Replacement;
                return;
            }

            text[length++] = half;
            half = '\0';
        }

        text[length++] = unit;
    }

    private static (char Unit, int Consumed) Unescape(ReadOnlySpan<byte> escaped) => (char)escaped[1] switch
    {
        'b' => ('\b', 2),
        'f' => ('\f', 2),
        'n' => ('\n', 2),
        'r' => ('\r', 2),
        't' => ('\t', 2),
        'u' when Utf8Parser.TryParse(escaped.Slice(2, 4), out ushort unit, out var digits, 'x') && digits == 4 => ((char)unit, 6),
        var other => (other, 2),
    };
}
