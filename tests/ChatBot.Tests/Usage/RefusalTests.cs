using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Billing;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>What limits refuse is counted, for the user, for billing and for finance; a cap that refused is reached.</summary>
public sealed class RefusalTests(TestStack stack)
{
    private const string Counted = "select count(*) = 1 from billing.refusals where user_id = $1 and kind = $2 and count = $3";

    [Fact]
    public async Task Who_hits_a_cap_in_normal_use_is_blocked_alerted_of_and_shown()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.SetCaps(user, tokenCap: 1000);
        await stack.WaitUntilRecorded((await user.Send(chat, "One. [[tokens=950]]")).MessageId);

        await Refused(user, chat, "usage_cap_exceeded");
        await Refused(user, chat, "usage_cap_exceeded");
        await stack.WaitUntil(Counted, user.Id, "cap", 2);

        var usage = (await user.Get("/api/usage")).Is(HttpStatusCode.OK).Json;
        Assert.Equal("blocked", (string?)usage["status"]);
        Assert.True((bool)usage["tokens"]!["isReached"]!);
        Assert.False((bool)usage["cost"]!["isReached"]!);
        var refusal = Assert.Single(usage["refusals"]!.AsArray())!;
        Assert.Equal(("cap", "tokens", 2), ((string?)refusal["kind"], (string?)refusal["cap"], (int)refusal["count"]!));
        Assert.True((DateTimeOffset)refusal["firstAt"]! <= (DateTimeOffset)refusal["lastAt"]!);
        Assert.InRange(TimeProvider.System.GetUtcNow() - (DateTimeOffset)refusal["lastAt"]!, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
        Assert.Equal(["cap_reached"], await Kinds(user));
        Assert.Equal(JsonNode.Parse(usage.ToJsonString())!["refusals"]!.ToJsonString(), (await OfBilling(user))["refusals"]!.ToJsonString());
    }

    [Fact]
    public async Task A_send_that_is_too_large_for_what_is_left_makes_the_cap_reached_and_smaller_ones_still_fit()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.Execute("insert into billing.user_plans (user_id, plan_id, token_cap, max_output_tokens) values ($1, 'free', 400, 100)", user.Id);

        var problem = (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(string.Join(' ', Enumerable.Range(1, 400)))))
            .IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        await stack.WaitUntil(Counted, user.Id, "cap", 1);

        Assert.Equal(("used", 400), ((string?)problem["reason"], (int)problem["wouldFit"]!));
        Assert.Contains("and 400 is left", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(["cap_reached"], await Kinds(user));
        Assert.Equal("blocked", (string?)(await user.Get("/api/usage")).Json["status"]);
        await user.Send(chat, "Small. [[tokens=2]]");

        await stack.Execute("update billing.user_plans set token_cap = 10000 where user_id = $1", user.Id);
        var usage = (await user.Get("/api/usage")).Json;
        Assert.Equal(("open", false), ((string?)usage["status"], (bool)usage["tokens"]!["isReached"]!));
    }

    [Fact]
    public async Task A_refusal_stops_the_answers_that_run_where_the_plan_says_so_and_none_that_is_admitted_later()
    {
        var user = await stack.NewUser();
        var plan = $"p{user.Id:N}";
        await stack.Execute(
            "insert into billing.plans (id, name, token_cap, max_output_tokens, stops_at_cap) values ($1, 'Strict', 800, 300, true)", plan);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, plan);
        var running = user.Send(await user.NewChat(), "Go. [[tokens=5 stall=2]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", user.Id);

        var tooLarge = StackExtensions.SendBody(string.Join(' ', Enumerable.Range(1, 800)));
        (await user.Post($"/api/chats/{await user.NewChat()}/stream", tooLarge)).IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        await stack.WaitUntil(Counted, user.Id, "cap", 1);
        var later = user.Send(await user.NewChat(), "Me too. [[tokens=50 delay=20ms]]");
        await stack.WaitUntil("select count(*) = 2 from chatbot.completions where user_id = $1", user.Id);
        await stack.RunTimer();

        Assert.Equal("abort", (string?)(await running).Last["type"]);
        Assert.Equal("finish", (string?)(await later).Last["type"]);
    }

    [Fact]
    public async Task A_refusal_because_of_reservations_alone_is_counted_apart_and_reaches_nothing()
    {
        var user = await stack.NewUser();
        await stack.SetCaps(user, tokenCap: 400);
        var (first, second) = (await user.NewChat(), await user.NewChat());
        var running = user.Send(first, "Go. [[tokens=2 stall=1]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", user.Id);

        await Refused(user, second, "usage_cap_exceeded");
        await stack.WaitUntil(Counted, user.Id, "reserved", 1);
        await user.Post($"/api/chats/{first}/stop", null);
        await running;

        var usage = (await user.Get("/api/usage")).Json;
        Assert.Equal(("open", false), ((string?)usage["status"], (bool)usage["tokens"]!["isReached"]!));
        Assert.Empty(await Kinds(user));
    }

    [Fact]
    public async Task Each_kind_of_limit_is_counted_under_its_name()
    {
        var (rate, streams, blocked, model) = (await stack.NewUser(), await stack.NewUser(), await stack.NewUser(), await stack.NewUser());
        var plan = $"p{model.Id:N}";
        await stack.Execute("insert into billing.plans (id, name, models_allowed, max_chats) values ($1, 'One', '{gpt-4o}', 1)", plan);
        await stack.Execute(
            """
            insert into billing.user_plans (user_id, plan_id, requests_per_minute, concurrent_streams, blocked_reason)
            values ($1, 'free', 1, null, null), ($2, 'free', null, 1, null), ($3, 'free', null, null, 'Abuse.'), ($4, $5, null, null, null)
            """,
            rate.Id, streams.Id, blocked.Id, model.Id, plan);

        var chat = await rate.NewChat();
        await rate.Send(chat, "One. [[tokens=2]]");
        await Refused(rate, chat, "rate_limited");
        var first = await streams.NewChat();
        var running = streams.Send(first, "Go. [[tokens=2 stall=1]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", streams.Id);
        await Refused(streams, await streams.NewChat(), "too_many_streams");
        await streams.Post($"/api/chats/{first}/stop", null);
        await running;
        await Refused(blocked, await blocked.NewChat(), "account_blocked", HttpStatusCode.Forbidden);
        var body = StackExtensions.SendBody("Hi");
        body["model"] = "gpt-4o-mini";
        (await model.Post($"/api/chats/{await model.NewChat()}/stream", body)).IsProblem(HttpStatusCode.Forbidden, "model_not_allowed");

        (await model.Post("/api/chats", new JsonObject())).IsProblem(HttpStatusCode.Forbidden, "quota_exceeded");
        (await model.Post($"/api/chats/{Guid.NewGuid()}/stream", StackExtensions.SendBody("Hi"))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await model.Post("/api/chat", Conversation())).IsProblem(HttpStatusCode.Forbidden, "quota_exceeded");

        await stack.WaitUntil(Counted, model.Id, "quota", 2);
        await stack.WaitUntil(Counted, rate.Id, "rate", 1);
        await stack.WaitUntil(Counted, streams.Id, "streams", 1);
        await stack.WaitUntil(Counted, blocked.Id, "blocked", 1);
        await stack.WaitUntil(Counted, model.Id, "model", 1);
        var shown = Assert.Single((await rate.Get("/api/usage")).Json["refusals"]!.AsArray())!;
        Assert.Equal(("rate", null), ((string?)shown["kind"], (string?)shown["cap"]));
    }

    [Fact]
    public async Task What_is_asked_or_is_no_refusal_by_a_limit_is_not_counted()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.SetCaps(user, tokenCap: 5);
        (await user.Post("/api/usage/estimate", StackExtensions.SendBody("Go."))).Is(HttpStatusCode.OK);
        (await user.Post($"/api/chats/{Guid.NewGuid()}/stream", StackExtensions.SendBody("Go."))).IsProblem(HttpStatusCode.NotFound, "not_found");
        await Refused(user, chat, "usage_cap_exceeded");

        await stack.WaitUntil(Counted, user.Id, "cap", 1);

        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from billing.refusals where user_id = $1", user.Id));
    }

    [Fact]
    public async Task Finance_sees_who_was_refused_and_who_reached_a_cap()
    {
        var user = await stack.NewUser();
        await stack.SetCaps(user, tokenCap: 5);
        await Refused(user, await user.NewChat(), "usage_cap_exceeded");
        await stack.WaitUntil(Counted, user.Id, "cap", 1);

        Assert.Equal("cap tokens 1", await stack.Scalar<string>(
            $"begin; set local role billing_reader; select concat_ws(' ', r.kind, r.cap, r.count) from billing.report_refusals r where r.user_id = '{user.Id}'"));
        Assert.Equal("tokens 0 of 5", await stack.Scalar<string>(
            $"begin; set local role billing_reader; select concat_ws(' ', r.cap, r.used, 'of', r.cap_limit) from billing.report_reached_caps r where r.user_id = '{user.Id}'"));
    }

    private static JsonObject Conversation() => new()
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Hi" }),
    };

    private async Task<JsonNode> OfBilling(TestUser user) => (await stack.Finance().Get($"/api/billing/users/{user.Id}/usage")).Is(HttpStatusCode.OK).Json;

    private async Task<List<string>> Kinds(TestUser user)
    {
        var kinds = await stack.Scalar<string[]>("select array_agg(a.kind order by a.kind) from billing.usage_alerts a where a.user_id = $1", user.Id);
        return [.. kinds ?? []];
    }

    private static async Task Refused(TestUser user, string chat, string code, HttpStatusCode status = HttpStatusCode.TooManyRequests) =>
        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hi"))).IsProblem(status, code);
}
