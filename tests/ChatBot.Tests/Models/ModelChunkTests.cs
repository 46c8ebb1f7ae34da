using System.Text;
using ChatBot.Functions.Models;
using ChatBot.Functions.Tokens;
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

    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}]}{"choices":[{"delta":{"content":"b"}}]}""", "ab", false)]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}]} {"choices":[{"delta":{},"finish_reason":"stop"}]}""", "a", false)]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}]} [DONE]""", "a", true)]
    [InlineData(" [DONE] ", "", true)]
    public void All_that_one_event_holds_counts(string data, string text, bool isLast)
    {
        var chunk = new ModelChunk();

        Assert.True(chunk.Read(Encoding.UTF8.GetBytes(data)));

        Assert.Equal((text, isLast), (chunk.Text.ToString(), chunk.IsLast));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    public void An_event_without_data_is_nothing(string data) => Assert.False(new ModelChunk().Read(Encoding.UTF8.GetBytes(data)));

    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}]}{"choices":[{"del""")]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}]} DONE""")]
    [InlineData("null")]
    public void What_is_no_JSON_is_not_passed_over(string data) =>
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => new ModelChunk().Read(Encoding.UTF8.GetBytes(data)));

    [Theory]
    [InlineData("\"stop\"", "stop")]
    [InlineData("\"\"", null)]
    [InlineData("\"eos\"", null)]
    [InlineData("null", null)]
    [InlineData("5", null)]
    [InlineData("{\"type\":\"stop\"}", null)]
    public void Only_a_known_finish_reason_is_one(string json, string? reason)
    {
        var chunk = new ModelChunk();

        chunk.Read(Encoding.UTF8.GetBytes($$"""{"choices":[{"delta":{"content":"a"},"finish_reason":{{json}}}]}"""));

        Assert.Equal(reason, chunk.FinishReason);
        Assert.Equal("a", chunk.Text.ToString());
    }

    [Theory]
    [InlineData("""{"reasoning":"abc"}""", "abc", "")]
    [InlineData("""{"reasoning_content":"abc","content":null}""", "abc", "")]
    [InlineData("""{"reasoning":"abc","reasoning_content":"abc","content":"d"}""", "abc", "d")]
    [InlineData("""{"reasoning":"","reasoning_content":"abc"}""", "abc", "")]
    [InlineData("""{"reasoning":null,"content":"d"}""", "", "d")]
    public void Reasoning_is_told_apart_from_the_text_and_counts_once(string delta, string reasoning, string text)
    {
        var chunk = new ModelChunk();

        chunk.Read(Encoding.UTF8.GetBytes($$"""{"choices":[{"delta":{{delta}}}]}"""));

        Assert.Equal((reasoning, text), (chunk.Reasoning.ToString(), chunk.Text.ToString()));
    }

    [Theory]
    [InlineData("""{"error":{"message":"m","code":400}}""", 400)]
    [InlineData("""{"error":"m"}""", 0)]
    [InlineData("""{"object":"error","message":"m","code":503}""", 503)]
    public void An_error_is_found_in_each_form(string data, int status)
    {
        var chunk = new ModelChunk();

        chunk.Read(Encoding.UTF8.GetBytes(data));

        Assert.Equal((status, "m"), (chunk.Error!.Status, chunk.Error.Message));
    }

    [Fact]
    public void An_event_that_is_called_an_error_is_one()
    {
        var chunk = new ModelChunk();

        chunk.Read("""{"message":"m","type":"overloaded_error"}"""u8, isError: true);

        Assert.Equal("overloaded_error", chunk.Error!.Code);
    }

    [Fact]
    public void A_token_allocates_nothing()
    {
        byte[][] events = [Delta("token"), """{"choices":[{"delta":{"reasoning_content":" thought"}}],"usage":null}"""u8.ToArray(), Delta(@"\u00e9 \n")];
        var (chunk, tally) = (new ModelChunk(), new TokenTally());
        var before = 0L;
        for (var i = 0; i < 2_000; i++)
        {
            before = i == 1_000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            foreach (var data in events)
            {
                chunk.Read(data);
                tally.Append(chunk.Reasoning);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(tally.Tokens > 1_000);
    }

    private static byte[] Delta(string content) => Encoding.UTF8.GetBytes("""{"choices":[{"delta":{"content":"@"}}]}""".Replace("@", content, StringComparison.Ordinal));
}
