using System.Globalization;
using System.Text;

namespace ChatBot.Functions.Tokens;

/// <summary>What a character is to the split pattern of o200k_base. What is none of these has no bit: punctuation, symbols, controls.</summary>
[Flags]
public enum CharacterClass : byte
{
    Other = 0,
    Upper = 1,
    Lower = 2,

    /// <summary>A letter that is neither, and may stand among either.</summary>
    Caseless = 4,
    Mark = 8,
    Number = 16,
    Space = 32,

    /// <summary>CR or LF; white space too.</summary>
    LineEnd = 64,
}

public static class CharacterClasses
{
    private const CharacterClass U = CharacterClass.Upper;
    private const CharacterClass L = CharacterClass.Lower;
    private const CharacterClass N = CharacterClass.Number;
    private const CharacterClass S = CharacterClass.Space;
    private const CharacterClass E = CharacterClass.Space | CharacterClass.LineEnd;

    private static ReadOnlySpan<CharacterClass> Ascii =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, S, E, S, S, E, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        S, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        N, N, N, N, N, N, N, N, N, N, 0, 0, 0, 0, 0, 0,
        0, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
        U, U, U, U, U, U, U, U, U, U, U, 0, 0, 0, 0, 0,
        0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
        L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, 0,
    ];

    /// <param name="utf8">Well-formed, and not empty.</param>
    /// <param name="size">The bytes of its first character.</param>
    public static CharacterClass First(ReadOnlySpan<byte> utf8, out int size)
    {
        if (utf8[0] < 0x80)
        {
            size = 1;
            return Ascii[utf8[0]];
        }

        Rune.DecodeFromUtf8(utf8, out var rune, out size);
        return Of(rune);
    }

    private static CharacterClass Of(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => CharacterClass.Upper,
        UnicodeCategory.LowercaseLetter => CharacterClass.Lower,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Caseless,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => CharacterClass.Mark,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
        _ when Rune.IsWhiteSpace(rune) => CharacterClass.Space,
        _ => CharacterClass.Other,
    };
}
