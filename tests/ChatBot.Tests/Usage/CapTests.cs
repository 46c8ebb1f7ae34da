using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

public sealed class CapTests(TestStack stack)
{
    [Fact]
    public async Task A_send_over_the_token_cap_is_refused_and_the_refusal_explains_itself()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.SetCaps(user, tokenCap: 400);
        var first = await user.Send(chat, "One. [[tokens=380]]");
        await stack.WaitUntilRecorded(first.MessageId);

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Two."));

        var problem = answer.IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        var used = (int)(await user.Get("/api/usage")).Json["tokens"]!["used"]!;
        Assert.Equal("tokens", (string?)problem["cap"]);
        Assert.Equal(400, (int)problem["limit"]!);
        Assert.Equal(used, (int)problem["used"]!);
        Assert.Equal(0, (int)problem["reserved"]!);
        Assert.Equal(400 - used, (int)problem["wouldFit"]!);
        Assert.True((int)problem["needed"]! > 400 - used);
        var resetsAt = (DateTimeOffset)problem["resetsAt"]!;
        Assert.Equal((1, TimeSpan.Zero), (resetsAt.UtcDateTime.Day, resetsAt.UtcDateTime.TimeOfDay));
        Assert.InRange(int.Parse(answer.Headers["Retry-After"], null), 1, 31 * 24 * 3600);
        Assert.Equal(2, (await user.Messages(chat)).Count);
    }

    [Fact]
    public async Task A_send_over_the_cost_cap_is_refused()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.SetCaps(user, costCap: 0.0001m);

        var problem = (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hi"))).IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");

        Assert.Equal("cost", (string?)problem["cap"]);
        Assert.Equal(0.0001m, (decimal)problem["limit"]!);
    }

    [Fact]
    public async Task Where_little_is_left_the_answer_is_cut_to_what_fits()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.SetCaps(user, tokenCap: 400);
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[tokens=5000]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var call = stack.CallOf(marker);
        Assert.InRange(call.RequestedMaxTokens!.Value, 256, 400 - call.PromptTokens);
        Assert.Equal("length", (string?)stream.Last["finishReason"]);
        Assert.InRange((int)(await user.Get("/api/usage")).Json["tokens"]!["used"]!, 256, 400);
    }

    [Fact]
    public async Task The_reservation_is_held_while_the_answer_is_written_and_settled_after_it()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var running = user.Send(chat, "Go. [[tokens=5 stall=2]]");
        await stack.WaitUntil("select exists (select from billing.usage_reservations where user_id = $1)", user.Id);
        var during = (await user.Get("/api/usage")).Json;
        await user.Post($"/api/chats/{chat}/stop", null);
        var stream = await running;
        await stack.WaitUntilRecorded(stream.MessageId);
        var after = (await user.Get("/api/usage")).Json;

        Assert.True((int)during["tokens"]!["reserved"]! > 4096);
        Assert.True((decimal)during["cost"]!["reserved"]! > 0.04m);
        Assert.Equal(stream.MessageId, (Guid)Assert.Single(during["liveCompletions"]!.AsArray())!);
        Assert.Equal(0, (int)after["tokens"]!["reserved"]!);
        Assert.True((int)after["tokens"]!["used"]! > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Concurrent_sends_of_a_user_admit_exactly_what_fits(bool isFirstRequestEver)
    {
        const int fits = 3;
        var user = await stack.NewUser();
        var plan = $"p{user.Id:N}";
        // Each send reserves 8 for the prompt, 8 + 30 for its message and 100 for the answer.
        await stack.Execute(
            "insert into billing.plans (id, name, token_cap, max_output_tokens, concurrent_streams, requests_per_minute) values ($1, 'Small', $2, 100, 100, 1000)",
            plan,
            fits * 146L);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, plan);
        if (!isFirstRequestEver)
        {
            Assert.Equal(0, (int)(await user.Get("/api/usage")).Json["tokens"]!["used"]!);
        }

        var chats = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => user.NewChat()));
        var stalled = "Go. [[tokens=2 stall=1]]".PadRight(30);
        var sends = chats.Select(chat => user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(stalled))).ToList();
        await stack.WaitUntil("select count(*) = 3 from chatbot.completions where user_id = $1 and state = 'streaming'", user.Id);
        // The admitted ones stall, so who is done first was refused.
        var refused = new List<ApiResponse>();
        await foreach (var answer in Task.WhenEach(sends).Take(chats.Length - fits))
        {
            refused.Add(await answer);
        }

        await Task.WhenAll(chats.Select(chat => user.Post($"/api/chats/{chat}/stop", null)));

        Assert.All(refused, answer => answer.IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded"));
        Assert.Equal(fits, (await Task.WhenAll(sends)).Count(answer => answer.Status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task More_answers_at_once_than_the_plan_allows_are_refused()
    {
        var user = await stack.NewUser();
        var chats = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => user.NewChat()));
        var running = chats[..4].Select(chat => user.Send(chat, "Go. [[tokens=2 stall=1]]")).ToList();
        await stack.WaitUntil("select count(*) = 4 from chatbot.completions where user_id = $1", user.Id);

        var problem = (await user.Post($"/api/chats/{chats[4]}/stream", StackExtensions.SendBody("Me too"))).IsProblem(HttpStatusCode.TooManyRequests, "too_many_streams");
        await Task.WhenAll(chats[..4].Select(chat => user.Post($"/api/chats/{chat}/stop", null)));

        Assert.Equal(4, problem["liveCompletions"]!.AsArray().Count);
        Assert.All(await Task.WhenAll(running), stream => Assert.Equal("abort", (string?)stream.Last["type"]));
    }

    [Fact]
    public async Task More_sends_in_a_minute_than_the_plan_allows_are_refused()
    {
        var user = await stack.NewUser();
        var plan = $"p{user.Id:N}";
        await stack.Execute("insert into billing.plans (id, name, requests_per_minute) values ($1, 'Slow', 2)", plan);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, plan);
        var chat = await user.NewChat();
        await user.Send(chat, "One. [[tokens=2]]");
        await user.Send(chat, "Two. [[tokens=2]]");

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Three."));

        answer.IsProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.InRange(int.Parse(answer.Headers["Retry-After"], null), 1, 30);
    }

    [Fact]
    public async Task A_blocked_account_is_told_so()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.Execute("insert into billing.user_plans (user_id, plan_id, blocked_reason) values ($1, 'free', 'An invoice is overdue.')", user.Id);

        var problem = (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hi"))).IsProblem(HttpStatusCode.Forbidden, "account_blocked");

        Assert.Equal("An invoice is overdue.", (string?)problem["detail"]);
        Assert.Equal("blocked", (string?)(await user.Get("/api/usage")).Json["status"]);
    }
}
