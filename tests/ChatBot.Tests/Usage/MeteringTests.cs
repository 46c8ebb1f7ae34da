using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Functions.Models;
using ChatBot.Functions.Tokens;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>What a user might try so as not to be charged, and what a provider might say that is not so.</summary>
public sealed class MeteringTests(TestStack stack)
{
    [Theory]
    [InlineData("delete the chat")]
    [InlineData("delete the message")]
    [InlineData("edit the message")]
    public async Task Taking_the_prompt_away_before_it_is_counted_does_not_make_it_cheaper(string trick)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        // With the chat goes the answer, and its stream ends as not found.
        var running = user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} {new string('x', 8000)} [[tokens=3 stall=3 usage=off]]", "m1"));
        await stack.WaitUntilStreaming(chat);

        var cheat = trick switch
        {
            "delete the chat" => await user.Delete($"/api/chats/{chat}"),
            "delete the message" => await user.Delete($"/api/chats/{chat}/messages/m1"),
            _ => await user.Patch($"/api/chats/{chat}/messages/m1", new JsonObject { ["content"] = "x" }),
        };
        await stack.Execute("update chatbot.completions set cancel_requested = true where user_id = $1", user.Id);
        await running;
        await stack.WaitUntil("select recorded_at is not null from chatbot.completions where user_id = $1", user.Id);

        Assert.True((int)cheat.Status < 300);
        Assert.True(await stack.Scalar<int>("select input_tokens from billing.usage_events where user_id = $1", user.Id) >= stack.CallOf(marker).PromptTokens);
    }

    [Fact]
    public async Task Text_that_is_added_to_the_prompt_later_does_not_make_up_for_text_that_is_taken_away()
    {
        var question = string.Concat(Enumerable.Repeat("one two six ", 20));
        var half = await HalfCompletion.Begin(stack, history: [question, "x"]);
        var asked = TokenCounter.CountPrompt(new[] { question, "x", "Go." }.Select(text => ("user", TokenCounter.Count(text))));

        (await half.User.Delete($"/api/chats/{half.Chat}/messages/h0")).Is(HttpStatusCode.NoContent);
        (await half.User.Patch($"/api/chats/{half.Chat}/messages/h1", new JsonObject { ["content"] = new string('x', question.Length) })).Is(HttpStatusCode.OK);
        await half.ExpireLease();
        await stack.RunTimer();
        await stack.WaitUntilRecorded(half.Id);

        // By their bytes, as they cannot be counted any more.
        Assert.Equal(
            asked + question.Length - TokenCounter.Count(question),
            await stack.Scalar<int>("select input_tokens from billing.usage_events where user_id = $1", half.User.Id));
    }

    [Fact]
    public async Task Stopping_before_the_model_has_answered_is_not_free()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        var running = user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[no-headers]]"));
        while (stack.CallsOf(marker).Count == 0)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        (await running).Is(HttpStatusCode.OK);
        await stack.WaitUntil("select recorded_at is not null from chatbot.completions where user_id = $1", user.Id);

        Assert.Equal(stack.CallOf(marker).PromptTokens, await stack.Scalar<int>("select input_tokens from billing.usage_events where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_user_who_takes_over_an_answers_id_is_billed_for_the_answer()
    {
        var completion = await HalfCompletion.Begin(stack);
        (await completion.User.Delete($"/api/chats/{completion.Chat}/messages/{completion.Id}")).Is(HttpStatusCode.NoContent);
        (await completion.User.Post($"/api/chats/{completion.Chat}/messages", new JsonObject { ["id"] = $"{completion.Id}", ["content"] = "Mine." })).Is(HttpStatusCode.Created);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));

        await completion.Wake();
        await stack.WaitUntilRecorded(completion.Id);

        Assert.Equal(12L, await stack.Scalar<long>("select tokens from billing.usage_periods where user_id = $1", completion.User.Id));
    }
}
