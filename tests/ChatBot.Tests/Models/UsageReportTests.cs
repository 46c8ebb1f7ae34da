using System.Text;
using System.Text.Json;
using ChatBot.Functions.Models;
using Xunit;

namespace ChatBot.Tests.Models;

public sealed class UsageReportTests
{
    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5}""", 10, 0, 5, 0)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":null}}""", 10, 0, 5, 0)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":"many"}}""", 10, 0, 5, 0)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":null,"completion_tokens_details":[1]}""", 10, 0, 5, 0)]
    [InlineData("""{"prompt_tokens":10.0,"completion_tokens":5e0,"prompt_tokens_details":{"cached_tokens":8.0}}""", 10, 8, 5, 0)]
    [InlineData("""{"prompt_tokens":"10","completion_tokens":"5"}""", 10, 0, 5, 0)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"audio_tokens":{},"reasoning_tokens":3}}""", 10, 0, 5, 3)]
    public void Each_member_is_read_for_itself(string json, int input, int cached, int output, int reasoning) =>
        Assert.Equal(new TokenUsage(input, cached, output, reasoning), Read(json)!.Value.ToUsage());

    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":6}}""", 6)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":3,"cache_creation_tokens":6}}""", 6)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"cache_creation_input_tokens":6,"cache_read_input_tokens":3}""", 6)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cache_creation_tokens":6},"cache_creation_input_tokens":6}""", 6)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"cache_creation_input_tokens":6,"prompt_tokens_details":{"cache_write_tokens":null}}""", 6)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5}""", 0)]
    public void Cache_writes_are_read_from_each_member_that_reports_them(string json, int written) =>
        Assert.Equal(written, Read(json)!.Value.ToUsage()!.Value.CacheWrite);

    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7}}""", 12)]
    [InlineData("""{"prompt_tokens":21,"completion_tokens":0,"total_tokens":81,"completion_tokens_details":{"reasoning_tokens":60}}""", 60)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":12,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7}}""", 12)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":12,"completion_tokens_details":{"reasoning_tokens":7}}""", 12)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":12,"total_tokens":99,"completion_tokens_details":{"reasoning_tokens":7}}""", 12)]
    public void Reasoning_outside_of_the_completion_counts_where_the_total_tells(string json, int output) =>
        Assert.Equal(output, Read(json)!.Value.ToUsage()!.Value.Output);

    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":5,"cache_write_tokens":6}}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cache_write_tokens":-1}}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":7}}""")]
    [InlineData("{}")]
    [InlineData("""{"prompt_tokens":10}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":null}""")]
    [InlineData("""{"prompt_tokens":10.5,"completion_tokens":5}""")]
    [InlineData("""{"prompt_tokens":-1,"completion_tokens":5}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":1e999}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":1000000000000000}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11}}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":-1}}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":6}}""")]
    public void Figures_that_cannot_be_true_are_none(string json) => Assert.Null(Read(json)!.Value.ToUsage());

    [Theory]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("[]")]
    public void What_is_no_object_is_no_report(string json) => Assert.Null(Read(json));

    private static UsageReport? Read(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes($$"""{"usage":{{json}}}"""));
        reader.Read();
        reader.Read();
        return UsageReport.Read(ref reader);
    }
}
