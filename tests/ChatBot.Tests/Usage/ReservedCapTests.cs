using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>A send that fits but for what running answers hold is told so, and when those must have ended.</summary>
public sealed class ReservedCapTests(TestStack stack, BillingDatabase billing) : IClassFixture<BillingDatabase>
{
    private const string Noon = "2026-03-10T12:00:00Z";

    [Fact]
    public async Task A_refusal_because_of_a_running_answer_names_it_and_the_time_by_which_it_ends()
    {
        var user = await stack.NewUser();
        var (first, second) = (await user.NewChat(), await user.NewChat());
        await stack.SetCaps(user, tokenCap: 400);
        var running = user.Send(first, "Go. [[tokens=2 stall=1]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", user.Id);

        var refused = await user.Post($"/api/chats/{second}/stream", StackExtensions.SendBody("Hello"));
        var estimate = (await user.Post("/api/usage/estimate", StackExtensions.SendBody("Hello"))).Is(HttpStatusCode.OK).Json;
        await user.Post($"/api/chats/{first}/stop", null);
        await stack.WaitUntilRecorded((await running).MessageId);

        var problem = refused.IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        Assert.Equal(("reserved", 0, 400), ((string?)problem["reason"], (int)problem["used"]!, (int)problem["reserved"]!));
        Assert.Equal((await running).MessageId, (Guid)Assert.Single(problem["reservedBy"]!.AsArray())!);
        Assert.Contains("Answers that are being written hold", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal("Please wait for your other answers to finish.", (string?)problem["toast"]);
        // The longest that an answer takes is ten minutes.
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], null), 400, 600);
        Assert.EndsWith($";r=0;t={refused.Headers["Retry-After"]}", refused.Headers["RateLimit"], StringComparison.Ordinal);
        Assert.Equal("reserved", (string?)estimate["refusal"]!["reason"]);
        await user.Send(second, "Hello. [[tokens=2]]");
    }

    [Theory]
    [InlineData("daily_tokens", "You have used up your allowance for today.")]
    [InlineData("tokens", "You have used up your allowance for this period.")]
    [InlineData("own_key_tokens", "You have used up the allowance for your own key.")]
    public async Task What_is_used_up_is_told_as_that(string cap, string toast)
    {
        var user = await stack.NewUser();
        await stack.Execute(
            """
            insert into billing.user_plans (user_id, plan_id, token_cap, daily_token_cap, own_key_token_cap)
            select $1, 'free', case $2 when 'tokens' then 5 end, case $2 when 'daily_tokens' then 5 end, case $2 when 'own_key_tokens' then 5 end
            """,
            user.Id,
            cap);
        if (cap == "own_key_tokens")
        {
            (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-own-0123456789abcdef" })).Is(HttpStatusCode.OK);
        }

        var refused = await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody("Hello"));

        var problem = refused.IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        Assert.Equal((cap, "used", toast), ((string?)problem["cap"], (string?)problem["reason"], (string?)problem["toast"]));
        Assert.Contains("is reached", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_is_for_those_that_free_enough_the_first_to_end_first()
    {
        // Each may use 20 for its prompt and 100 for its answer.
        var user = await billing.NewUser(new() { Tokens = 360 });
        await using var session = await billing.At(Noon);
        var running = new List<Admitted>();
        foreach (var minutes in (int[])[30, 10, 20])
        {
            running.Add(await session.Admit(user));
            await Ends(session, running[^1].Id, minutes);
        }

        var one = await Refusal.OfCap("tokens", () => session.Admit(user));
        var two = await Refusal.OfCap("tokens", () => session.Admit(user, tokens: 5));

        Assert.Equal(("reserved", 0, 360), ((string?)one["reason"], (int)one["used"]!, (int)one["reserved"]!));
        Assert.Equal(running.Select(r => r.Id), one["reservedBy"]!.AsArray().Select(id => (Guid)id!));
        Assert.InRange((int)one["retryAfterSeconds"]!, 540, 600);
        Assert.InRange((int)two["retryAfterSeconds"]!, 1140, 1200);
    }

    [Theory]
    [InlineData("ended")]
    [InlineData("dead")]
    public async Task What_has_ended_or_died_is_settled_soon(string state)
    {
        var user = await billing.NewUser(new() { Cost = 0.00105m });
        await using var session = await billing.At(Noon);
        var call = await session.Admit(user);
        await (state == "ended"
            ? session.End(call.Id, (20, 0))
            : session.Execute("update chatbot.completions set lease_expires_at = clock_timestamp() - interval '1 second' where id = $1", call.Id));

        var refused = await Refusal.OfCap("cost", () => session.Admit(user));

        Assert.Equal("reserved", (string?)refused["reason"]);
        Assert.InRange((int)refused["retryAfterSeconds"]!, 1, 30);
    }

    [Fact]
    public async Task Nobody_waits_for_an_answer_longer_than_for_the_cap_to_start_anew()
    {
        var user = await billing.NewUser(new() { DailyTokens = 120 });
        await using var session = await billing.At("2026-03-10T23:59:00Z");
        await session.Admit(user);

        var refused = await Refusal.OfCap("daily_tokens", () => session.Admit(user));

        Assert.Equal(("reserved", 60), ((string?)refused["reason"], (int)refused["retryAfterSeconds"]!));
    }

    [Fact]
    public async Task What_is_used_up_counts_more_than_what_is_reserved()
    {
        var user = await billing.NewUser(new() { Tokens = 240, DailyTokens = 200 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Use(user, 20, 61);
        await session.Limit(user, new() { Tokens = 240, DailyTokens = 300 });
        await session.Admit(user);
        await session.Limit(user, new() { Tokens = 240, DailyTokens = 200 });

        // The period has 159 left without what is reserved, the day 119.
        var refused = await Refusal.OfCap("daily_tokens", () => session.Admit(user));

        Assert.Equal("used", (string?)refused["reason"]);
    }

    /// <summary>Must have ended then; a reservation lasts for a quarter of an hour more.</summary>
    private static Task Ends(BillingSession session, Guid completion, int minutes) => session.Execute(
        "update billing.usage_reservations set expires_at = clock_timestamp() + make_interval(mins => $2) where completion_id = $1", completion, minutes + 15);
}
