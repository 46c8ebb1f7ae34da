using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace ChatBot.Tests.Tokens;

/// <summary>
/// What Microsoft.ML.Tokenizers counts: as it comes, and with the split pattern applied to characters, as the provider does,
/// instead of to the halves of surrogate pairs. The two differ where letters, digits or marks beyond U+FFFF are in the text, or an
/// emoji touches a word.
/// </summary>
public static partial class ReferenceTokens
{
    private static readonly Lazy<TiktokenTokenizer> s_ofUnits = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));
    private static readonly Lazy<TiktokenTokenizer> s_ofCharacters = new(() =>
    {
        using var tokens = PackagedTokens();
        return TiktokenTokenizer.Create(tokens, new ByCharacters(), normalizer: null);
    });

    public static int CountByUnits(string text) => s_ofUnits.Value.CountTokens(text);

    public static int Count(string text) => s_ofCharacters.Value.CountTokens(text);

    /// <summary>Whether the library's own count is the provider's: nothing is split otherwise by units, and no special token is named.</summary>
    public static bool CountAlike(string text) =>
        !text.Contains("<|", StringComparison.Ordinal) && !text.Contains('\u017F')
        && text.EnumerateRunes().Zip(text.EnumerateRunes().Skip(1).Append(new Rune(' '))).All(pair =>
            pair.First.IsBmp || (StandIn(pair.First) == '!' && !WordPart().IsMatch($"{StandIn(pair.Second)}")));

    /// <summary>Their bytes, in the order of their ranks.</summary>
    public static IReadOnlyList<byte[]> Vocabulary()
    {
        using var lines = new StreamReader(PackagedTokens());
        lines.ReadLine();
        return [.. lines.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Convert.FromBase64String)];
    }

    private static DeflateStream PackagedTokens() => new(
        Assembly.Load("Microsoft.ML.Tokenizers.Data.O200kBase").GetManifestResourceStream("o200k_base.tiktoken.deflate")!,
        CompressionMode.Decompress);

    // A character of one unit that the pattern takes for the same.
    private static char StandIn(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // The provider's expressions take it for an s where case does not count.
        _ when rune.Value == 0x17F => 's',
        _ when rune.IsBmp => (char)rune.Value,
        UnicodeCategory.UppercaseLetter => 'A',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.LowercaseLetter => 'b',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u4E00',
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => '\u0301',
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => '1',
        _ => '!',
    };

    [GeneratedRegex(@"[\p{L}\p{M}]")]
    private static partial Regex WordPart();

    [GeneratedRegex(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    private static partial Regex Pattern();

    private sealed class ByCharacters : PreTokenizer
    {
        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
        {
            List<int> starts = [];
            var standIns = new StringBuilder();
            var unit = 0;
            foreach (var rune in text.EnumerateRunes())
            {
                starts.Add(unit);
                standIns.Append(StandIn(rune));
                unit += rune.Utf16SequenceLength;
            }

            starts.Add(unit);
            return Pattern().Matches(standIns.ToString()).Select(m => (starts[m.Index], starts[m.Index + m.Length] - starts[m.Index]));
        }

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());
    }
}
