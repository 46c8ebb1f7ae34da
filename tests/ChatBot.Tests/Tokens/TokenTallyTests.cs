using ChatBot.Functions.Tokens;
using CsCheck;
using Xunit;

namespace ChatBot.Tests.Tokens;

public sealed class TokenTallyTests
{
    private static readonly string[] s_words = ["日本語の文章", "мир", "🙂🚀", "\n\n", "  ", "don't", "x = y;", "…"];

    [Fact]
    public void Pieces_add_up_to_what_the_whole_text_counts()
    {
        var word = Gen.OneOf(Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.Int[0, s_words.Length - 1].Select(i => s_words[i]));
        Gen.Select(word.Array[0, 2_000], Gen.Int[1, 300]).Sample((words, size) =>
        {
            var text = string.Join(' ', words);
            var tally = new TokenTally();
            for (var i = 0; i < text.Length; i += size)
            {
                tally.Append(text.AsSpan(i, Math.Min(size, text.Length - i)));
            }

            var exact = TokenCounter.Count(text);
            Assert.InRange(tally.Tokens, exact - Math.Max(2, exact / 500), exact + Math.Max(2, exact / 500));
        }, iter: 300);
    }

    [Theory]
    [InlineData("word ", 20_000)]
    [InlineData("日本語の文章を書く", 5_000)]
    [InlineData("🙂", 10_000)]
    public void A_long_text_is_counted_within_a_thousandth(string piece, int times)
    {
        var tally = new TokenTally();
        for (var i = 0; i < times; i++)
        {
            tally.Append(piece);
        }

        var exact = TokenCounter.Count(string.Concat(Enumerable.Repeat(piece, times)));
        Assert.InRange(tally.Tokens, exact * 0.999, exact * 1.001);
    }
}
