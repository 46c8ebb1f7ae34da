using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class ModelStreamTests(StandInConversation model) : IClassFixture<StandInConversation>
{
    [Fact]
    public async Task A_stream_is_a_role_one_delta_per_token_a_finish_reason_the_usage_and_the_end_marker()
    {
        using var response = await model.AskAsync("shape [[tokens=3]]");
        var (data, broke) = await model.ReadAsync(response);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.False(broke);
        Assert.Equal("[DONE]", data[^1]);
        var chunks = data[..^1].ConvertAll(line => JsonNode.Parse(line)!.AsObject());
        Assert.All(chunks, chunk => Assert.Equal("chat.completion.chunk", (string?)chunk["object"]));
        Assert.Single(chunks.Select(chunk => (string?)chunk["id"]).Distinct());
        Assert.StartsWith("chatcmpl-", (string?)chunks[0]["id"], StringComparison.Ordinal);
        Assert.Equal("assistant", (string?)chunks[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Equal([null, null, null, null, "stop"], chunks[..^1].Select(chunk => (string?)chunk["choices"]![0]!["finish_reason"]));
        Assert.All(chunks[..^1], chunk => Assert.True(chunk.ContainsKey("usage") && chunk["usage"] is null));
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal(3, (int)chunks[^1]["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task The_usage_is_the_true_count_of_prompt_and_answer()
    {
        const string Prompt = "count me [[tokens=25 cached=4 reasoning=6]]";
        var (data, _) = await model.StreamAsync(Prompt);
        var usage = JsonNode.Parse(data[^2])!["usage"]!;

        Assert.Equal(O200k.CountPrompt([new("user", Prompt)]), (int)usage["prompt_tokens"]!);
        Assert.Equal(O200k.Count(StandInConversation.TextOf(data)) + 6, (int)usage["completion_tokens"]!);
        Assert.Equal((int)usage["prompt_tokens"]! + (int)usage["completion_tokens"]!, (int)usage["total_tokens"]!);
        Assert.Equal(4, (int)usage["prompt_tokens_details"]!["cached_tokens"]!);
        Assert.Equal(6, (int)usage["completion_tokens_details"]!["reasoning_tokens"]!);
    }

    [Fact]
    public async Task Azure_begins_with_the_prompts_filter_results()
    {
        var (data, _) = await model.StreamAsync("azure shape [[tokens=1]]", path: "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21");

        var first = JsonNode.Parse(data[0])!;
        Assert.Empty(first["choices"]!.AsArray());
        Assert.NotNull(first["prompt_filter_results"]);
        Assert.Equal("my-gpt", (string?)JsonNode.Parse(data[1])!["model"]);
        Assert.Equal("azure", (await model.CallAsync("azure shape [[tokens=1]]")).Path);
    }

    [Fact]
    public async Task The_limit_cuts_the_answer_and_says_so()
    {
        var (data, _) = await model.StreamAsync("limited [[tokens=100]]", maxTokens: 10);

        Assert.Equal(10, O200k.Count(StandInConversation.TextOf(data)));
        Assert.Equal("length", (string?)JsonNode.Parse(data[^3])!["choices"]![0]!["finish_reason"]);
    }

    [Fact]
    public async Task Without_a_stream_the_answer_comes_whole()
    {
        using var response = await model.AskAsync("whole [[tokens=5]]", stream: false);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal("chat.completion", (string?)body["object"]);
        Assert.Equal(5, O200k.Count((string)body["choices"]![0]!["message"]!["content"]!));
        Assert.Equal(5, (int)body["usage"]!["completion_tokens"]!);
        Assert.True((await model.CallAsync("whole [[tokens=5]]")).UsageSent);
    }

    [Theory]
    [InlineData("Hello!", "Hello, and welcome")]
    [InlineData("What is 12 x 12?", "= 144")]
    [InlineData("Tell me about penguins please", "*penguins*")]
    public async Task Without_a_directive_the_answer_shows_that_the_message_was_read(string message, string expected) =>
        Assert.Contains(expected, StandInConversation.TextOf((await model.StreamAsync(message)).Data), StringComparison.Ordinal);

    [Fact]
    public async Task An_exact_text_and_an_echo_come_back_unchanged()
    {
        Assert.Equal("Zwölf 🙂 words\n\"here\"", StandInConversation.TextOf((await model.StreamAsync("""[[text="Zwölf 🙂 words\n\"here\""]]""")).Data));
        Assert.Equal("Say it back.", StandInConversation.TextOf((await model.StreamAsync("[[echo]] Say it back.")).Data));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sk-bad-key")]
    public async Task Without_a_good_key_nothing_is_answered(string? key)
    {
        using var completion = await model.AskAsync($"keyless {key}", key: key);
        using var request = new HttpRequestMessage(HttpMethod.Get, model.Server.Url + "/v1/models");
        request.Headers.Add("api-key", key ?? "");
        using var models = await model.SendAsync(request);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (completion.StatusCode, models.StatusCode));
        Assert.NotNull(JsonNode.Parse(await completion.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!["message"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"model":"gpt-4o"}""")]
    [InlineData("""{"model":"gpt-4o","messages":[]}""")]
    [InlineData("""{"model":"gpt-4o","messages":[{"role":"user","content":"\ud83d"}]}""")]
    [InlineData("""{"model":"gpt-4o","messages":[{"role":"user","content":"[[explode]]"}]}""")]
    public async Task A_request_that_makes_no_sense_is_refused(string body)
    {
        using var response = await model.PostAsync("/v1/chat/completions", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
