using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>Models that stream what they think before they answer: it is not shown, and it is not free.</summary>
public sealed class ReasoningTests(TestStack stack)
{
    [Theory]
    [InlineData("reasoning_content")]
    [InlineData("reasoning")]
    [InlineData("both")]
    public async Task Reasoning_that_is_stopped_is_charged_by_what_there_was_of_it(string member)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        var running = user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[think=200 think-as={member} tokens=50 stall=0]]"));
        await stack.WaitUntil(() => Task.FromResult(stack.CallsOf(marker) is [{ SentReasoning: 200, Outcome: ChatBot.Local.CallOutcome.Stalled }]));

        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        (await running).Is(HttpStatusCode.OK);
        await stack.WaitUntil("select recorded_at is not null from chatbot.completions where user_id = $1", user.Id);

        Assert.InRange(await stack.Scalar<int>("select output_tokens from billing.usage_events where user_id = $1", user.Id), 192, 208);
        Assert.InRange(await stack.Scalar<int>("select reasoning_tokens from billing.usage_events where user_id = $1", user.Id), 192, 208);
    }

    [Theory]
    [InlineData("think=300 tokens=60 cut=30 delay=1ms", 330)]
    [InlineData("think=300 tokens=60 usage=off", 360)]
    public async Task Reasoning_counts_to_an_estimate_beside_the_text(string directive, int tokens)
    {
        var user = await stack.NewUser();

        var stream = await user.Send(await user.NewChat(), $"Go. [[{directive}]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        Assert.InRange(await stack.Scalar<int>("select output_tokens from billing.usage_events where user_id = $1", user.Id), tokens - 8, tokens + 8);
    }

    [Fact]
    public async Task Reasoning_is_a_sign_of_life()
    {
        await using var program = await stack.StartProgram(("Streams__FirstTokenSeconds", "2"), ("Streams__IdleSeconds", "2"));
        var user = await stack.NewUser(program);

        var stream = await user.Send(await user.NewChat(), "Go. [[think=40 tokens=5 delay=100ms]]");

        Assert.Equal("finish", (string?)stream.Last["type"]);
    }

    [Fact]
    public async Task Reasoning_without_end_ends_at_the_total_time_limit()
    {
        await using var program = await stack.StartProgram(("Streams__TotalSeconds", "2"));
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();

        (await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody($"{marker} [[think=100000 delay=20ms]]")))
            .IsProblem(HttpStatusCode.GatewayTimeout, "model_timeout");

        Assert.Single(stack.CallsOf(marker));
    }

    [Fact]
    public async Task Reasoning_is_not_shown()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[think=50 tokens=5]]");

        Assert.Equal(stack.CallOf(marker).SentText, stream.Text);
        Assert.Equal(stream.Text, (string?)(await user.Messages(chat))[1]!["content"]);
    }

    [Fact]
    public async Task Reasoning_of_a_process_that_died_is_charged()
    {
        var half = await HalfCompletion.Begin(stack, draft: "");
        await half.Draft(0, "", reasoning: 120);
        await half.Draft(0, "", reasoning: 200);
        await half.Draft(0, "so far", reasoning: 200);
        await half.Draft(6, "", reasoning: 230);
        await half.Draft(6, " and on", reasoning: 230);
        await half.ExpireLease();

        await stack.RunTimer();
        await stack.WaitUntilRecorded(half.Id);

        Assert.Equal("so far and on", (string?)(await half.User.Messages(half.Chat))[^1]!["content"]);
        Assert.Equal(
            "estimated 234 230",
            await stack.Scalar<string>("select concat_ws(' ', quality, output_tokens, reasoning_tokens) from billing.usage_events where user_id = $1", half.User.Id));
    }
}
