using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class O200kTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(5000)]
    public void Filler_words_are_one_token_each(int tokens)
    {
        var pieces = FillerWords.Endless().Take(tokens).ToArray();

        Assert.Equal(tokens, pieces.Sum(piece => piece.Tokens));
        Assert.Equal(tokens, O200k.Count(string.Concat(pieces.Select(piece => piece.Text))));
    }

    [Theory]
    [InlineData("Hello, what can you do?")]
    [InlineData("**6 x 7 = 42**\n\n- one;\n- two  with spaces\n")]
    [InlineData("né über мир 日本 世界 안녕 🙂 🚀 مرحبا 👩‍👩‍👧‍👦 🇩🇪")]
    public void Pieces_make_up_the_text_and_its_count(string text)
    {
        var pieces = O200k.Split(text).ToArray();

        Assert.Equal(text, string.Concat(pieces.Select(piece => piece.Text)));
        Assert.Equal(O200k.Count(text), pieces.Sum(piece => piece.Tokens));
        Assert.All(pieces, piece => Assert.DoesNotContain('\uFFFD', piece.Text));
    }

    [Fact]
    public void Every_beginning_of_an_answer_has_as_many_tokens_as_were_sent()
    {
        var pieces = O200k.Split("Hello, and **welcome**!\n\n- Set `OpenAI__ApiKey`;\n- or write [[tokens=200]] for a longer answer.").ToArray();

        for (var sent = 1; sent <= pieces.Length; sent++)
        {
            Assert.Equal(pieces.Take(sent).Sum(piece => piece.Tokens), O200k.Count(string.Concat(pieces.Take(sent).Select(piece => piece.Text))));
        }
    }

    [Fact]
    public void A_prompt_counts_its_roles_and_the_format_around_them() =>
        Assert.Equal(3 + (3 + 1 + 4) + (3 + 1 + 1), O200k.CountPrompt([new("system", "You are kind."), new("user", "Hi")]));
}
