using System.Text;
using ChatBot.Functions.Models;
using Xunit;

namespace ChatBot.Tests.Models;

public sealed class ModelChunkTests
{
    [Theory]
    [InlineData(@"a\ud83d", @"\ude00b", "a", "😀b")]
    [InlineData(@"a\ud83d", "b", "a", "\uFFFDb")]
    [InlineData(@"a\ude00b", "c", "a\uFFFDb", "c")]
    [InlineData(@"\ud83d\ud83d", @"\ude00", "\uFFFD", "😀")]
    [InlineData(@"tab\t \u00e9 é \""quoted\"" \\ \/ \ud83d", @"\ude00", "tab\t é é \"quoted\" \\ /", " 😀")]
    [InlineData(@"nul\u0000", "x", "nul\uFFFD", "x")]
    public void Halves_of_surrogate_pairs_are_joined_or_replaced_and_nothing_else_is_lost(string first, string second, string firstText, string secondText)
    {
        var chunk = new ModelChunk();

        chunk.Read(Delta(first));
        Assert.Equal(firstText.TrimEnd(), chunk.Text.ToString().TrimEnd());
        var spaces = chunk.Text.ToString()[chunk.Text.ToString().TrimEnd().Length..];
        chunk.Read(Delta(second));
        Assert.Equal(secondText, (secondText.StartsWith(' ') ? spaces : "") + chunk.Text.ToString());
    }

    [Fact]
    public void A_half_that_is_left_over_at_the_end_is_replaced()
    {
        var chunk = new ModelChunk();
        chunk.Read(Delta(@"\ud83d"));

        chunk.Read("""{"choices":[{"delta":{},"finish_reason":"stop"}]}"""u8);

        Assert.Equal("\uFFFD", chunk.Text.ToString());
    }

    [Fact]
    public void What_the_content_filter_took_out_is_named()
    {
        var chunk = new ModelChunk();

        chunk.Read("""
            {"choices":[{"delta":{},"finish_reason":"content_filter","content_filter_results":
            {"hate":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"high"},"jailbreak":null}}]}
            """u8);

        Assert.Equal(["violence"], chunk.Filtered);
        Assert.Equal("content_filter", chunk.FinishReason);
    }

    private static byte[] Delta(string content) => Encoding.UTF8.GetBytes("""{"choices":[{"delta":{"content":"@"}}]}""".Replace("@", content, StringComparison.Ordinal));
}
