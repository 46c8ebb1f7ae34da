using System.Diagnostics;
using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>What servers that speak OpenAI's form send, and OpenAI itself does not.</summary>
public sealed class ModelWireTests(TestStack stack)
{
    [Theory]
    [InlineData("heartbeat")]
    [InlineData("joined=lines")]
    [InlineData("joined=line")]
    [InlineData("encoding=gzip")]
    [InlineData("encoding=br")]
    [InlineData("content-type=none")]
    [InlineData("content-type=text/plain")]
    [InlineData("content-type=application/octet-stream")]
    [InlineData("whole")]
    [InlineData("empty-finish")]
    [InlineData("think=5")]
    public async Task The_whole_answer_comes_and_its_usage_is_booked(string directive)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[tokens=40 {directive}]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var call = stack.CallOf(marker);
        Assert.Equal(("finish", "stop"), ((string?)stream.Last["type"], (string?)stream.Last["finishReason"]));
        Assert.Equal(call.SentText, stream.Text);
        Assert.Equal(stream.Text, (string?)(await user.Messages(chat))[1]!["content"]);
        Assert.Equal(
            $"reported {call.PromptTokens} {call.SentTokens + call.ReasoningTokens}",
            await stack.Scalar<string>("select concat_ws(' ', quality, input_tokens, output_tokens) from billing.usage_events where user_id = $1", user.Id));
    }

    [Fact]
    public async Task An_empty_finish_reason_does_not_make_a_cut_answer_complete()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var stream = await user.Send(chat, "Go. [[tokens=60 cut=30 delay=2ms empty-finish]]");

        Assert.Equal("interrupted", (string?)stream.Error["code"]);
        Assert.Equal("interrupted", (string?)(await user.Messages(chat))[1]!["status"]);
    }

    [Theory]
    [InlineData("finish=none", "complete")]
    [InlineData("finish=eos", "complete")]
    [InlineData("finish=none empty-finish", "complete")]
    [InlineData("finish=none usage=off", "interrupted")]
    [InlineData("finish=eos delay=2ms cut-before-usage", "interrupted")]
    public async Task Without_a_known_finish_reason_usage_and_end_marker_make_an_answer_complete(string directive, string status)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var stream = await user.Send(chat, $"Go. [[tokens=9 {directive}]]");

        var answer = (await user.Messages(chat))[1]!;
        Assert.Equal(status, (string?)answer["status"]);
        if (status == "complete")
        {
            Assert.Equal(("finish", "other", "other"), ((string?)stream.Last["type"], (string?)stream.Last["finishReason"], (string?)answer["finishReason"]));
        }
    }

    [Fact]
    public async Task A_finish_event_waits_a_second_at_most_for_the_usage()
    {
        var user = await stack.NewUser();
        var watch = Stopwatch.StartNew();

        var stream = await user.Send(await user.NewChat(), "Go. [[tokens=9 usage-after=25s]]");

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal(("finish", "estimated"), ((string?)stream.Last["type"], (string?)stream.Last["messageMetadata"]!["receipt"]!["quality"]));
    }

    [Fact]
    public async Task A_usage_that_comes_within_the_second_counts()
    {
        var user = await stack.NewUser();

        var stream = await user.Send(await user.NewChat(), "Go. [[tokens=9 usage-after=300ms]]");

        Assert.Equal("reported", (string?)stream.Last["messageMetadata"]!["receipt"]!["quality"]);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("html")]
    public async Task What_is_neither_a_stream_nor_a_completion_costs_nothing(string directive)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"Go. [[{directive}]]"))).IsProblem(HttpStatusCode.BadGateway, "model_failed");

        await stack.WaitUntilRecorded((Guid)(await user.Messages(chat))[1]!["id"]!);
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1", user.Id));
    }

    [Theory]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":null}}""", 0)]
    [InlineData("""{\"prompt_tokens\":$prompt.0,\"completion_tokens\":9.0,\"prompt_tokens_details\":{\"cached_tokens\":2.0}}""", 2)]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":9,\"completion_tokens_details\":[],\"prompt_tokens_details\":\"none\"}""", 0)]
    public async Task One_odd_member_does_not_take_the_report_away(string usage, int cached)
    {
        var user = await stack.NewUser();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(await user.NewChat(), $"{marker} [[tokens=9 usage=\"{usage}\"]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        Assert.Equal(
            $"reported {stack.CallOf(marker).PromptTokens} {cached} 9",
            await stack.Scalar<string>(
                "select concat_ws(' ', quality, input_tokens, cached_input_tokens, output_tokens) from billing.usage_events where completion_id = $1", stream.MessageId));
    }
}
