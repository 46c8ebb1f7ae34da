using System.Net;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>What is tried before the first token, and what it costs.</summary>
public sealed class ModelRetryTests(TestStack stack)
{
    [Theory]
    [InlineData("status=500")]
    [InlineData("status=503")]
    [InlineData("status=408")]
    [InlineData("status=409")]
    [InlineData("status=429")]
    [InlineData("status=429 retry-after=1")]
    public async Task A_call_that_is_refused_for_the_moment_is_made_again_and_costs_once(string directive)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[{directive} times=2 tokens=9]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        Assert.Equal("finish", (string?)stream.Last["type"]);
        Assert.Equal(3, stack.CallsOf(marker).Count);
        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1", user.Id));
        Assert.Equal(stream.MessageId, await stack.Scalar<Guid>("select id from billing.usage_events where user_id = $1", user.Id));
        Assert.All(stack.CallsOf(marker), call => Assert.Equal(stream.MessageId, call.RequestId));
    }

    [Theory]
    [InlineData("cut=0")]
    [InlineData("end=0")]
    [InlineData("malformed=0")]
    [InlineData("error=0")]
    public async Task A_call_that_was_taken_and_gave_no_token_is_an_attempt_of_its_own_in_the_ledger(string directive)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[{directive} times=1 tokens=9]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var calls = stack.CallsOf(marker);
        Assert.Equal(2, calls.Count);
        Assert.Equal(2, (int)stream.Last["messageMetadata"]!["receipt"]!["attempts"]!);
        foreach (var call in calls)
        {
            Assert.Equal(call.PromptTokens, await stack.Scalar<int>("select input_tokens from billing.usage_events where id = $1", call.RequestId!));
            Assert.Equal(call.SentTokens, await stack.Scalar<int>("select output_tokens from billing.usage_events where id = $1", call.RequestId!));
        }

        Assert.Equal(
            "estimated,reported",
            await stack.Scalar<string>("select string_agg(quality, ',' order by attempt) from billing.usage_events where completion_id = $1", stream.MessageId));
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from billing.usage_reservations where user_id = $1", user.Id));
        Assert.Equal(
            calls.Sum(c => c.PromptTokens + c.SentTokens), await stack.Scalar<long>("select tokens from billing.usage_periods where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_further_attempt_that_the_cap_has_no_room_for_is_not_made()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        var content = $"{marker} [[cut=0]] {string.Concat(Enumerable.Repeat("lorem ", 200))}";
        // Room for one prompt of more than 222 tokens and the least answer, and not for two.
        await stack.SetCaps(user, 700);

        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(content))).IsProblem(HttpStatusCode.BadGateway, "model_failed");

        Assert.Single(stack.CallsOf(marker));
    }

    [Theory]
    [InlineData("retry-after=21", "21")]
    [InlineData("retry-after=20.5", "21")]
    [InlineData("retry-after=86400", "3600")]
    [InlineData("retry-after=99999999999999999999", "3600")]
    [InlineData("retry-after-ms=30500", "31")]
    [InlineData("retry-after=1 retry-after-ms=90000", "90")]
    public async Task A_model_that_asks_to_be_left_alone_for_long_is_not_waited_for(string hint, string passedOn)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var refused = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[status=429 {hint}]]"));

        refused.IsProblem(HttpStatusCode.BadGateway, "model_failed");
        Assert.Equal(passedOn, refused.Headers["Retry-After"]);
        Assert.Single(stack.CallsOf(marker));
    }

    [Theory]
    [InlineData("retry-after=1.5", 1.5)]
    [InlineData("retry-after-ms=1200", 1.2)]
    [InlineData("retry-after=date", 1)]
    public async Task A_model_is_never_called_again_earlier_than_it_asked_for(string hint, double seconds)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        await user.Send(chat, $"{marker} [[status=429 {hint} times=1 tokens=9]]");

        var calls = stack.CallsOf(marker);
        Assert.Equal(2, calls.Count);
        // From its arrival: the program may have the refusal before the model notes that it has sent it.
        Assert.True(calls[1].At - calls[0].At >= TimeSpan.FromSeconds(seconds), $"{calls[1].At - calls[0].At}");
    }

    [Fact]
    public async Task A_further_call_that_was_stopped_before_it_was_made_costs_nothing()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartWithoutTriggers(wire);
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        var sending = user.Send(chat, $"{marker} [[status=429 retry-after-ms=1000 times=1 tokens=9]]");
        await stack.WaitUntil(() => Task.FromResult(stack.CallsOf(marker) is [{ Status: 429 }]));
        var held = wire.On(WireAction.Hold, "append_deltas");
        await held.Reached;
        await stack.Execute("update chatbot.completions set cancel_requested = true where user_id = $1", user.Id);
        // Past the time that the model asked for: the further call waits for this write.
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);

        held.Release();

        Assert.Equal("abort", (string?)(await sending).Last["type"]);
        Assert.Single(stack.CallsOf(marker));
        Assert.Equal(new Books("user, assistant stopped", "", 0, 0, true), await Books.Settled(stack.Database, user.Id));
    }

    [Theory]
    [InlineData("status=400")]
    [InlineData("status=413")]
    [InlineData("status=422")]
    [InlineData("filter")]
    public async Task A_request_that_is_at_fault_itself_is_not_made_again(string directive)
    {
        await using var program = await StartWithFallback();
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        Assert.NotEqual(HttpStatusCode.OK, (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[{directive}]]"))).Status);

        Assert.Single(stack.CallsOf(marker));
    }

    [Theory]
    [InlineData("status=404", 1)]
    [InlineData("status=401", 1)]
    [InlineData("status=500", 3)]
    [InlineData("html", 1)]
    public async Task Where_a_model_cannot_be_had_its_fallback_answers_at_its_own_price(string directive, int calls)
    {
        await using var program = await StartWithFallback();
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[{directive} times={calls} tokens=9]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var journal = stack.CallsOf(marker);
        Assert.Equal([.. Enumerable.Repeat("gpt-4o", calls), "gpt-4o-mini"], journal.Select(c => c.Model));
        Assert.Equal("gpt-4o-mini", (string?)stream.Last["messageMetadata"]!["receipt"]!["model"]);
        Assert.Equal("gpt-4o-mini", (string?)(await user.Messages(chat))[1]!["model"]);
        Assert.True(await stack.Scalar<bool>(
            """
            select count(*) = 1 and bool_and(e.model = 'gpt-4o-mini' and e.quality = 'reported'
              and e.cost = billing.cost_of(p, e.input_tokens, e.cached_input_tokens, e.cache_write_tokens, e.output_tokens, e.reasoning_tokens))
            from billing.usage_events e
            join billing.model_prices p on p.id = e.price_id and p.model = 'gpt-4o-mini'
            where e.user_id = $1
            """,
            user.Id));
    }

    [Fact]
    public async Task A_fallback_that_the_plan_does_not_allow_is_not_called()
    {
        await using var program = await StartWithFallback();
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        var plan = $"narrow-{user.Id:N}";
        await stack.Execute(
            """
            insert into billing.plans (id, name, token_cap, requests_per_minute, concurrent_streams, max_output_tokens, models_allowed)
            values ($1, $1, 100000, 60, 4, 1000, '{gpt-4o}')
            """,
            plan);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, plan);

        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[status=404]]"))).IsProblem(HttpStatusCode.BadGateway, "model_failed");

        Assert.Single(stack.CallsOf(marker));
    }

    [Fact]
    public async Task An_endpoint_that_fails_again_and_again_is_left_alone_for_a_while()
    {
        await using var program = await stack.StartProgram(
            ("ModelCalls__CircuitFailures", "4"), ("ModelCalls__CircuitOpenSeconds", "2"), ("ModelCalls__Retries", "0"));
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();
        for (var i = 0; i < 4; i++)
        {
            await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody($"{marker} {i} [[status=500]]"));
        }

        var refused = await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody($"{marker} [[tokens=3]]"));

        refused.IsProblem(HttpStatusCode.BadGateway, "model_failed");
        Assert.Contains(refused.Headers["Retry-After"], (string[])["1", "2"]);
        Assert.Equal(4, stack.CallsOf(marker).Count);
        await stack.WaitUntil(async () =>
            (await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody($"{marker} again [[tokens=3]]"))).Status == HttpStatusCode.OK);
    }

    private Task<TestProgram> StartWithFallback() => stack.StartProgram(
        ("Models__0__Name", "gpt-4o"), ("Models__0__Fallbacks", "gpt-4o-mini"), ("Models__1__Name", "gpt-4o-mini"));
}
