using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class ModelMisbehaviourTests(StandInConversation model) : IClassFixture<StandInConversation>
{
    [Theory]
    [InlineData(429, "7", "7")]
    [InlineData(429, "soon", "soon")]
    [InlineData(503, null, null)]
    public async Task A_status_comes_with_an_error_object_and_its_header(int status, string? retryAfter, string? expected)
    {
        using var response = await model.AskAsync($"[[status={status}{(retryAfter is null ? "" : $" retry-after={retryAfter}")}]]");
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(expected, response.Headers.TryGetValues("Retry-After", out var values) ? values.Single() : null);
        Assert.NotNull(error["message"]);
    }

    [Fact]
    public async Task A_date_to_retry_after_is_a_little_ahead()
    {
        using var response = await model.AskAsync("[[status=429 retry-after=date]]");

        Assert.InRange(response.Headers.RetryAfter!.Date!.Value - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task It_misbehaves_as_often_as_told_and_then_behaves()
    {
        List<HttpStatusCode> statuses = [];
        for (var call = 0; call < 4; call++)
        {
            using var response = await model.AskAsync("[[status=500 times=2 tokens=1]] repeated");
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError, HttpStatusCode.OK, HttpStatusCode.OK], statuses);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_stream_can_be_compressed_unasked(string encoding)
    {
        using var response = await model.AskAsync($"[[encoding={encoding} tokens=2]]");

        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task A_finish_reason_can_be_missing()
    {
        var (data, _) = await model.StreamAsync("[[finish=none tokens=2]]");

        Assert.DoesNotContain(data, line => line.Contains("\"finish_reason\":\"", StringComparison.Ordinal));
        Assert.Equal("[DONE]", data[^1]);
    }

    [Fact]
    public async Task A_heartbeat_has_no_data()
    {
        using var response = await model.AskAsync("[[heartbeat tokens=2]]");

        Assert.Contains("\ndata:\n\n", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filtered_prompt_is_refused_as_azure_does()
    {
        using var response = await model.AskAsync("[[filter]]");
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("content_filter", (string?)error["code"]);
        Assert.True((bool)error["innererror"]!["content_filter_result"]!["violence"]!["filtered"]!);
    }

    [Theory]
    [InlineData("[[html]]", "text/html")]
    [InlineData("[[json]]", "application/json")]
    [InlineData("[[error-json]]", "application/json")]
    [InlineData("[[whole tokens=2]]", "application/json")]
    [InlineData("[[content-type=text/plain tokens=2]]", "text/plain")]
    [InlineData("[[content-type=none tokens=2]]", null)]
    public async Task What_comes_is_called_no_stream(string content, string? type)
    {
        using var response = await model.AskAsync(content);

        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("[[cut=5]]", 5, true)]
    [InlineData("[[end=5]]", 5, false)]
    [InlineData("[[cut=60]]", 60, true)]
    [InlineData("[[cut=0]]", 0, true)]
    public async Task A_stream_without_its_end_has_exactly_the_tokens_before(string content, int tokens, bool broken)
    {
        var (data, broke) = await model.StreamAsync(content);
        var call = await model.CallAsync(content);

        Assert.Equal(broken, broke);
        Assert.Equal(tokens, O200k.Count(StandInConversation.TextOf(data)));
        Assert.DoesNotContain("[DONE]", data);
        Assert.Equal((tokens, StandInConversation.TextOf(data), null), (call.SentTokens, call.SentText, call.FinishReason));
        Assert.Equal(broken ? CallOutcome.Cut : CallOutcome.Ended, call.Outcome);
    }

    [Fact]
    public async Task A_cut_before_the_usage_leaves_the_finish_reason()
    {
        const string Prompt = "[[cut-before-usage tokens=4]]";
        var (data, broke) = await model.StreamAsync(Prompt);
        var call = await model.CallAsync(Prompt);

        Assert.True(broke);
        Assert.Equal("stop", (string?)JsonNode.Parse(data[^1])!["choices"]![0]!["finish_reason"]);
        Assert.Equal((4, "stop", false), (call.SentTokens, call.FinishReason, call.UsageSent));
    }

    [Theory]
    [InlineData("[[stall=2]]", CallOutcome.Stalled, 2)]
    [InlineData("[[no-headers]]", CallOutcome.ClientClosed, 0)]
    public async Task Silence_lasts_until_the_client_leaves(string content, CallOutcome outcome, int tokens)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            using var response = await model.AskAsync(content, timeout: timeout.Token);
            using var body = await response.Content.ReadAsStreamAsync(timeout.Token);
            await body.CopyToAsync(Stream.Null, timeout.Token);
        });

        var call = await model.CallAsync(content);
        Assert.Equal((outcome, tokens), (call.Outcome, call.SentTokens));
    }

    [Fact]
    public async Task A_malformed_chunk_is_no_json()
    {
        var (data, _) = await model.StreamAsync("[[malformed]]");

        Assert.Equal(3, O200k.Count(StandInConversation.TextOf(data[..^1])));
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => JsonNode.Parse(data[^1]));
    }

    [Fact]
    public async Task An_error_can_come_in_the_stream()
    {
        var (data, _) = await model.StreamAsync("[[error=2]]");

        Assert.Equal("server_error", (string?)JsonNode.Parse(data[^1])!["error"]!["type"]);
    }

    [Theory]
    [InlineData("[[usage=off tokens=1]]", 0)]
    [InlineData("[[usage=twice tokens=1]]", 2)]
    [InlineData("[[usage=absurd tokens=1]]", 1)]
    public async Task The_usage_can_be_missing_doubled_or_absurd(string content, int count)
    {
        var (data, _) = await model.StreamAsync(content);
        var usages = data.Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!["usage"]).OfType<JsonObject>().ToList();

        Assert.Equal(count, usages.Count);
        Assert.Equal(count > 0, (await model.CallAsync(content)).UsageSent);
        if (content.Contains("absurd", StringComparison.Ordinal))
        {
            Assert.Equal((-7L, 1_000_000_000_000_000L), ((long)usages[0]["prompt_tokens"]!, (long)usages[0]["completion_tokens"]!));
        }
    }

    [Theory]
    [InlineData("[[nul tokens=2]]", "\\u0000")]
    [InlineData("[[surrogate tokens=2]]", "\"\\ud83d\"")]
    [InlineData("[[null-content tokens=2]]", "\"content\":null")]
    [InlineData("[[empty-choices tokens=2]]", "\"choices\":[]")]
    [InlineData("[[finish=content_filter tokens=2]]", "\"finish_reason\":\"content_filter\"")]
    [InlineData("[[empty-finish tokens=2]]", "\"finish_reason\":\"\"")]
    [InlineData("[[think=2 tokens=2]]", "\"delta\":{\"reasoning_content\":\"Once\"}")]
    [InlineData("[[think=2 think-as=both tokens=2]]", "\"delta\":{\"reasoning_content\":\"Once\",\"reasoning\":\"Once\"}")]
    [InlineData("[[refusal=\"No.\"]]", "\"delta\":{\"refusal\":\"No\"}")]
    [InlineData("[[usage=\"{\\\"prompt_tokens\\\":0}\" tokens=2]]", "\"usage\":{\"prompt_tokens\":0}")]
    [InlineData("[[cache-write=7 tokens=2]]", "\"cache_write_tokens\":7")]
    [InlineData("[[cache-write=7 cache-write-as=cache_creation_input_tokens tokens=2]]", ",\"cache_creation_input_tokens\":7,")]
    [InlineData("[[think=3 reasoning-apart tokens=2]]", "\"completion_tokens\":2,")]
    [InlineData("[[joined=line tokens=2]]", "}{")]
    [InlineData("[[error=1 error-code=400 error-message=\"too long\"]]", "\"code\":400")]
    public async Task Oddities_are_on_the_wire(string content, string expected) =>
        Assert.Contains((await model.StreamAsync(content)).Data, line => line.Contains(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("[[bytes tokens=3]]")]
    [InlineData("[[split-utf8 tokens=12]]")]
    public async Task Text_in_small_parts_is_still_whole(string content)
    {
        var (data, broke) = await model.StreamAsync(content);
        var call = await model.CallAsync(content);

        Assert.False(broke);
        Assert.Equal(call.SentText, StandInConversation.TextOf(data));
        Assert.Equal(O200k.Count(call.SentText), call.SentTokens);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_003)]
    public async Task A_line_has_the_length_that_was_asked_for(int length)
    {
        var content = $"[[line={length} tokens=2]]";
        var (data, _) = await model.StreamAsync(content);
        var call = await model.CallAsync(content);

        Assert.Equal(length, data.Max(line => line.Length) + "data: ".Length);
        Assert.Equal(call.SentText, StandInConversation.TextOf(data));
        Assert.Equal(O200k.Count(call.SentText), call.SentTokens);
    }

    [Fact]
    public async Task Endless_heeds_no_limit()
    {
        using var response = await model.AskAsync("[[endless]]", maxTokens: 3);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        for (var line = 0; line < 500; line++)
        {
            Assert.NotNull(await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_delay_is_kept_between_tokens_and_before_the_first()
    {
        var watch = Stopwatch.StartNew();
        await model.StreamAsync("[[tokens=5 delay=40ms first=100ms]]");

        Assert.InRange(watch.ElapsedMilliseconds, 250, 5_000);
    }
}
