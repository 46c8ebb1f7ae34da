using System.Globalization;
using System.Text;

namespace ChatBot.Tests.Tokens.Texts;

/// <summary>Texts of any characters of Unicode, in runs of one kind each, between what the split pattern looks for. The same for the same seed.</summary>
public static class RandomTexts
{
    private static readonly string[] s_knots =
    [
        "'s", "'S", "'ll", "'LL", "'Ve", "'re", "'d", "'M", "'t", "'\u017F", "'L", "'r", "'", " ", "  ", "\n", "\r\n", "\n\n ", "\t", "/", "//\n/", "!\n/a", " the", "The",
    ];

    private static readonly int[][] s_kinds = [.. Kinds()];

    public static IEnumerable<string> Of(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            yield return One(random);
        }
    }

    private static string One(Random random)
    {
        var text = new StringBuilder();
        for (var runs = random.Next(1, 8); runs > 0; runs--)
        {
            if (random.Next(4) == 0)
            {
                text.Append(s_knots[random.Next(s_knots.Length)]);
                continue;
            }

            var kind = s_kinds[random.Next(s_kinds.Length)];
            for (var length = random.Next(1, random.Next(2, 12)); length > 0; length--)
            {
                text.Append(char.ConvertFromUtf32(kind[random.Next(kind.Length)]));
            }
        }

        return text.ToString();
    }

    // Each category as it is, and those of its characters that are common, or beyond U+FFFF, once more on their own.
    private static IEnumerable<int[]> Kinds()
    {
        var scalars = Enumerable.Range(0, 0x110000).Where(Rune.IsValid);
        foreach (var category in scalars.GroupBy(CharUnicodeInfo.GetUnicodeCategory))
        {
            yield return [.. category];
            foreach (var part in (int[][])[[.. category.Where(c => c < 0x3000)], [.. category.Where(c => c > 0xFFFF)]])
            {
                if (part.Length > 0)
                {
                    yield return part;
                }
            }
        }

        foreach (var (first, last) in ((int, int)[])[(' ', '~'), ('a', 'z'), ('A', 'Z'), ('0', '9'), (0x4E00, 0x9FFF), (0x1F300, 0x1F6FF)])
        {
            yield return [.. Enumerable.Range(first, last - first + 1)];
        }
    }
}
