using System.Text;

namespace ChatBot.Functions.Database;

/// <summary>Texts that others wrote, as Postgres can keep them.</summary>
public static class StorableText
{
    /// <summary>
    /// No more than <paramref name="most"/> UTF-16 code units, cut between characters, with U+FFFD in the place of U+0000 and of
    /// halves of surrogate pairs.
    /// </summary>
    public static string Of(string text, int most)
    {
        var storable = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            if (storable.Length + rune.Utf16SequenceLength > most)
            {
                break;
            }

            storable.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        }

        return storable.ToString();
    }
}
