using System.Net;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Models;
using ChatBot.Functions.Queues;
using ChatBot.Shared.Completions;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>Answers that had to wait in the storage account for the database.</summary>
public sealed class LateFinishTests(TestStack stack)
{
    private static readonly TokenUsage s_usage = new(12, 0, 5, 0);

    [Fact]
    public async Task A_finished_answer_that_waited_is_stored_and_its_blob_is_gone()
    {
        var half = await HalfCompletion.Begin(stack);

        await Claim(half.Ended(s_usage));
        await stack.WaitUntilRecorded(half.Id);

        await IsComplete(half);
        await stack.WaitUntil(async () => await Claims.Find(half.Id, TestContext.Current.CancellationToken) is null);
    }

    [Fact]
    public async Task It_replaces_what_was_interrupted_meanwhile_and_an_adjustment_puts_the_sums_right()
    {
        var half = await HalfCompletion.Begin(stack);
        await half.ExpireLease();
        (await half.User.Get($"/api/chats/{half.Chat}/stream")).Is(HttpStatusCode.OK);
        await stack.WaitUntilRecorded(half.Id);
        Assert.Equal("interrupted", (string?)(await half.User.Messages(half.Chat))[1]!["status"]);

        await Claim(half.Ended(s_usage));
        await stack.WaitUntil("select count(*) = 2 from billing.usage_events where completion_id = $1", half.Id);
        await stack.WaitUntilRecorded(half.Id);

        await IsComplete(half);
        Assert.Equal(
            "estimated,adjustment",
            await stack.Scalar<string>("select string_agg(quality, ',' order by recorded_at) from billing.usage_events where completion_id = $1", half.Id));
    }

    [Fact]
    public async Task Delivered_again_it_changes_nothing()
    {
        var half = await HalfCompletion.Begin(stack);
        await half.ExpireLease();
        var store = stack.Program.Services.GetRequiredService<CompletionStore>();
        var cancellationToken = TestContext.Current.CancellationToken;
        Assert.Equal(FinishOutcome.Stored, await store.Finish(half.Ended(s_usage, state: "interrupted"), 0, isLate: true, cancellationToken));

        Assert.Equal(FinishOutcome.NotOurs, await store.Finish(half.Ended(s_usage, text: "other", state: "stopped"), 0, isLate: true, cancellationToken));

        await half.Wake();
        await stack.WaitUntilRecorded(half.Id);
        Assert.Equal("interrupted", (string?)(await half.User.Messages(half.Chat))[1]!["status"]);
    }

    [Fact]
    public async Task A_call_that_was_taken_for_made_and_was_not_is_taken_back()
    {
        var half = await HalfCompletion.Begin(stack, draft: "");
        await half.ExpireLease();
        (await half.User.Get($"/api/chats/{half.Chat}/stream")).IsProblem(HttpStatusCode.BadGateway, "interrupted");
        await stack.WaitUntilRecorded(half.Id);
        Assert.True(await stack.Scalar<long>("select tokens from billing.usage_periods where user_id = $1", half.User.Id) > 0);

        await Claim(half.Ended(null, text: "", state: CompletionState.Failed, wasCalled: false));
        await stack.WaitUntil("select tokens = 0 and cost = 0 from billing.usage_periods where user_id = $1", half.User.Id);

        Assert.Equal("failed", await stack.Scalar<string>("select state from chatbot.completions where id = $1", half.Id));
    }

    [Fact]
    public async Task An_admission_that_was_never_committed_leaves_no_dead_letter()
    {
        var id = Guid.CreateVersion7();
        await Claim(new FinishedAnswer(1, id, 1, CompletionState.Failed, null, "unavailable", null, false, "", null, null, null, null, null, null, null, null, null));

        await stack.WaitUntil(async () => await Claims.Find(id, TestContext.Current.CancellationToken) is null);
    }

    [Fact]
    public async Task What_waits_is_found_also_when_its_wake_up_was_lost()
    {
        var half = await HalfCompletion.Begin(stack);
        Assert.True(await Claims.TryPut(half.Ended(s_usage)));

        await stack.RunTimer();
        await stack.WaitUntilRecorded(half.Id);

        await IsComplete(half);
    }

    private ClaimChecks Claims => stack.Program.Services.GetRequiredService<ClaimChecks>();

    private async Task Claim(FinishedAnswer answer)
    {
        Assert.True(await Claims.TryPut(answer));
        await stack.Program.Services.GetRequiredService<WakeUpQueues>()
            .Send(QueueNames.AssistantMessages, new WakeUp(1, answer.CompletionId, HasClaim: true), TestContext.Current.CancellationToken);
    }

    private async Task IsComplete(HalfCompletion half)
    {
        var answer = (await half.User.Messages(half.Chat))[1]!;
        Assert.Equal("complete", (string?)answer["status"]);
        Assert.Equal("so far and to its end", (string?)answer["content"]);
        Assert.Equal(17L, await stack.Scalar<long>("select tokens from billing.usage_periods where user_id = $1", half.User.Id));
        Assert.Equal(17L, await stack.Scalar<long>("select sum(input_tokens + output_tokens)::bigint from billing.usage_events where user_id = $1", half.User.Id));
        Assert.Equal(17L, await stack.Scalar<long>("select (input_tokens + output_tokens)::bigint from billing.usage_daily where user_id = $1", half.User.Id));
    }
}
