using System.Net;
using ChatBot.Functions.Maintenance;
using ChatBot.Functions.Models;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Maintenance;

public sealed class EnforceUsageCapsTests(TestStack stack)
{
    [Fact]
    public async Task What_died_is_ended_from_its_draft_and_its_usage_estimated()
    {
        var dead = await HalfCompletion.Begin(stack);
        await dead.ExpireLease();

        await RunUntil("select ended_at is not null from chatbot.completions where id = $1", dead.Id);
        await stack.WaitUntilRecorded(dead.Id);

        var answer = (await dead.User.Messages(dead.Chat))[1]!;
        Assert.Equal("interrupted", (string?)answer["status"]);
        Assert.Equal("so far", (string?)answer["content"]);
        Assert.Equal("estimated", (string?)answer["receipt"]!["quality"]);
        Assert.Equal(2, (int)answer["receipt"]!["outputTokens"]!);
        var usage = (await dead.User.Get("/api/usage")).Json;
        Assert.Equal(0, (int)usage["tokens"]!["reserved"]!);
        Assert.Empty(usage["liveCompletions"]!.AsArray());
    }

    [Fact]
    public async Task What_is_still_held_is_left_alone()
    {
        var held = await HalfCompletion.Begin(stack);

        await stack.RunTimer();

        Assert.Equal("streaming", await stack.Scalar<string>("select state from chatbot.completions where id = $1", held.Id));
    }

    [Fact]
    public async Task What_nobody_picked_up_is_woken()
    {
        var forgotten = await HalfCompletion.Begin(stack);
        Assert.True(await forgotten.Finish(new TokenUsage(10, 0, 2, 0)));
        await stack.Execute("update chatbot.completions set ended_at = now() - interval '1 minute' where id = $1", forgotten.Id);

        await RunUntil("select persisted_at is not null from chatbot.completions where id = $1", forgotten.Id);

        await stack.WaitUntilRecorded(forgotten.Id);
        Assert.Equal(12, (int)(await forgotten.User.Get("/api/usage")).Json["tokens"]!["used"]!);
    }

    [Fact]
    public async Task A_completion_that_no_model_took_is_not_billed()
    {
        var dead = await HalfCompletion.Begin(stack, draft: "");
        await dead.WasRefused();
        await dead.ExpireLease();

        await RunUntil("select ended_at is not null from chatbot.completions where id = $1", dead.Id);
        await stack.WaitUntilRecorded(dead.Id);

        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1", dead.User.Id));
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from billing.usage_reservations where user_id = $1", dead.User.Id));
    }

    [Fact]
    public async Task Many_runs_at_once_are_as_good_as_one()
    {
        var dead = await HalfCompletion.Begin(stack);
        await dead.ExpireLease();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RunUntil("select ended_at is not null from chatbot.completions where id = $1", dead.Id)));
        await stack.WaitUntilRecorded(dead.Id);

        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1", dead.User.Id));
    }

    [Fact]
    public async Task A_stalled_process_that_wakes_up_too_late_changes_nothing()
    {
        var stalled = await HalfCompletion.Begin(stack);
        await stalled.ExpireLease();
        await RunUntil("select ended_at is not null from chatbot.completions where id = $1", stalled.Id);

        Assert.False(await stalled.Finish(new TokenUsage(10, 0, 2, 0), rest: " and more"));
        await stack.WaitUntilRecorded(stalled.Id);

        Assert.Equal("so far", (string?)(await stalled.User.Messages(stalled.Chat))[1]!["content"]);
    }

    [Fact]
    public async Task Who_reaches_the_cap_is_blocked_until_the_cap_is_raised()
    {
        var last = await HalfCompletion.Begin(stack, tokenCap: 300);
        var prompt = await stack.Scalar<int>("select prompt_bound from chatbot.completions where id = $1", last.Id);
        Assert.True(await last.Finish(new TokenUsage(prompt, 0, 300 - prompt, 0)));
        await stack.Execute("update chatbot.completions set ended_at = now() - interval '1 minute' where id = $1", last.Id);
        await RunUntil("select recorded_at is not null from chatbot.completions where id = $1", last.Id);

        Assert.Equal("blocked", (string?)(await last.User.Get("/api/usage")).Json["status"]);
        (await last.User.Post($"/api/chats/{last.Chat}/stream", StackExtensions.SendBody("More"))).IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");

        await stack.Execute("update billing.user_plans set token_cap = 50000 where user_id = $1", last.User.Id);
        await RunUntil("select status = 'open' from billing.usage_periods where user_id = $1", last.User.Id);
        await last.User.Send(last.Chat, "More. [[tokens=2]]");
    }

    [Fact]
    public async Task A_period_that_is_over_is_closed_and_the_next_begins_at_nothing()
    {
        var user = await stack.NewUser();
        await stack.Execute(
            """
            insert into billing.usage_periods (user_id, period_start, period_end, tokens, status)
            select $1, p.period_start, billing.period_end(p.period_start), 1000000, 'blocked'
            from billing.period_start(now() - interval '40 days') p (period_start)
            """,
            user.Id);

        await RunUntil("select status = 'closed' from billing.usage_periods where user_id = $1", user.Id);

        Assert.Equal(0, (int)(await user.Get("/api/usage")).Json["tokens"]!["used"]!);
        await user.Send(await user.NewChat(), "A new month. [[tokens=2]]");
    }

    [Fact]
    public async Task Of_two_runs_at_a_time_the_second_does_nothing_and_a_lease_of_who_died_runs_out()
    {
        var user = await stack.NewUser();
        var timer = stack.Program.Services.GetRequiredService<EnforceUsageCaps>();
        var holder = Guid.NewGuid();
        await stack.WaitUntil("select chatbot.begin_timer_run($1, interval '1 hour')", holder);
        await stack.Execute(
            """
            insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
            values (gen_random_uuid(), $1, now(), 'platform', 1, 0, now() - interval '1 minute')
            """,
            user.Id);

        bool ran;
        bool isThere;
        try
        {
            ran = await timer.Enforce(TestContext.Current.CancellationToken);
            isThere = await stack.Scalar<bool>("select exists (select from billing.usage_reservations where user_id = $1)", user.Id);
        }
        finally
        {
            // As long ago as a run that died.
            await stack.Execute("update chatbot.timer_lease set expires_at = clock_timestamp() - interval '1 second' where holder = $1", holder);
        }

        await RunUntil("select not exists (select from billing.usage_reservations where user_id = $1)", user.Id);

        Assert.False(ran);
        Assert.True(isThere);
    }

    [Theory]
    [InlineData(true, "stopped")]
    [InlineData(false, "finished")]
    public async Task Answers_on_their_way_are_stopped_at_the_cap_where_the_plan_says_so(bool stops, string state)
    {
        var user = await stack.NewUser();
        var plan = $"p{user.Id:N}";
        await stack.Execute("insert into billing.plans (id, name, stops_at_cap) values ($1, 'Strict', $2)", plan, stops);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, plan);
        var chat = await user.NewChat();
        await stack.WaitUntilRecorded((await user.Send(chat, "One. [[tokens=5]]")).MessageId);
        var running = user.Send(chat, "Two. [[tokens=40 delay=50ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", user.Id);

        await stack.Execute("update billing.plans set token_cap = 1 where id = $1", plan);
        await stack.RunTimer();
        var stream = await running;

        Assert.Equal("blocked", await stack.Scalar<string>("select status from billing.usage_periods where user_id = $1", user.Id));
        Assert.Equal(state, await stack.Scalar<string>("select state from chatbot.completions where id = $1", stream.MessageId));
    }

    [Fact]
    public async Task Answers_of_an_account_that_is_blocked_are_stopped()
    {
        var user = await stack.NewUser();
        var running = user.Send(await user.NewChat(), "Go. [[tokens=5 stall=2]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", user.Id);

        await stack.Execute("insert into billing.user_plans (user_id, plan_id, blocked_reason) values ($1, 'free', 'Abuse.')", user.Id);
        await stack.RunTimer();

        Assert.Equal("abort", (string?)(await running).Last["type"]);
    }

    [Fact]
    public async Task A_change_of_a_plan_is_put_into_effect_by_the_next_run()
    {
        var user = await stack.NewUser();
        var plan = $"p{user.Id:N}";
        await stack.Execute("insert into billing.plans (id, name) values ($1, 'Changing')", plan);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, plan);
        await stack.WaitUntilRecorded((await user.Send(await user.NewChat(), "One. [[tokens=5]]")).MessageId);

        await stack.Execute("update billing.plans set token_cap = 1 where id = $1", plan);
        await stack.RunTimer();
        var lowered = (string?)(await user.Get("/api/usage")).Json["status"];
        await stack.Execute("update billing.plans set token_cap = null where id = $1", plan);
        await stack.RunTimer();

        Assert.Equal("blocked", lowered);
        Assert.Equal("open", (string?)(await user.Get("/api/usage")).Json["status"]);
        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from billing.usage_alerts where user_id = $1", user.Id));
        Assert.False(await stack.Scalar<bool>("select is_review_due from billing.plans where id = $1", plan));
    }

    /// <summary>Runs until it was our turn: of two runs at a time the second does nothing.</summary>
    private async Task RunUntil(string sql, Guid id)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30);
        do
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Not within 30 s: {sql}");
            await stack.RunTimer();
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        while (await stack.Scalar<bool?>(sql, id) is not true);
    }
}
