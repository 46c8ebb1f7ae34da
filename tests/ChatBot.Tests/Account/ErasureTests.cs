using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Account;

public sealed class ErasureTests(TestStack stack)
{
    private const string Traces = """
        select
          (select count(*) from public.chats where user_id = $1) + (select count(*) from public.messages where user_id = $1)
          + (select count(*) from public.message_feedback where user_id = $1) + (select count(*) from public.user_preferences where user_id = $1)
          + (select count(*) from chatbot.provider_keys where user_id = $1) + (select count(*) from chatbot.rate_buckets where user_id = $1)
          + (select count(*) from billing.user_plans where user_id = $1) + (select count(*) from auth.users where id = $1)
          + (select count(*) from chatbot.completions where user_id = $1 and num_nonnulls(idempotency_key, request_fingerprint, trace_parent) > 0)
          + (select count(*) from chatbot.completion_deltas d join chatbot.completions c on c.id = d.completion_id where c.user_id = $1)
        """;

    [Fact]
    public async Task Nothing_of_a_user_is_left_but_what_they_used()
    {
        var user = await stack.NewUser();
        await stack.SetCaps(user, tokenCap: 500_000);
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-test-0123456789abcdefghijklmnop" })).Is(HttpStatusCode.OK);
        (await user.Patch("/api/preferences", new JsonObject { ["theme"] = "dark" })).Is(HttpStatusCode.OK);
        var chat = await user.NewChat();
        var answer = (await user.Send(chat, "Hello [[tokens=9]]")).MessageId;
        (await user.Put($"/api/chats/{chat}/messages/{answer}/feedback", new JsonObject { ["value"] = "up", ["comment"] = "Fine" })).Is(HttpStatusCode.OK);
        await stack.WaitUntilRecorded(answer);
        var before = await Sums(user);

        (await user.Delete("/api/me")).Is(HttpStatusCode.NoContent);

        Assert.Equal(0L, await stack.Scalar<long>(Traces, user.Id));
        Assert.Equal(before, await Sums(user));
        Assert.Contains(":9:", before, StringComparison.Ordinal);
        (await user.Delete("/api/me")).Is(HttpStatusCode.NoContent);
        (await user.Post("/api/chats", new JsonObject { ["title"] = "Back" })).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task What_is_being_written_is_stopped_and_recorded_all_the_same()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var sending = user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[tokens=400 delay=50ms]]"));
        await stack.WaitUntil("select exists (select from chatbot.completion_deltas d join chatbot.completions c on c.id = d.completion_id where c.user_id = $1)", user.Id);

        (await user.Delete("/api/me")).Is(HttpStatusCode.NoContent);

        await sending;
        await stack.WaitUntil("select recorded_at is not null from chatbot.completions where user_id = $1", user.Id);
        Assert.Equal(0L, await stack.Scalar<long>(Traces, user.Id));
        Assert.Equal(
            (1L, 0L),
            (await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1 and output_tokens > 0", user.Id),
             await stack.Scalar<long>("select count(*) from billing.usage_reservations where user_id = $1", user.Id)));
    }

    [Fact]
    public async Task A_chat_of_more_messages_than_one_statement_erases_goes_too_and_nobody_elses()
    {
        var (user, neighbour) = (await stack.NewUser(), await stack.NewUser());
        var (chat, theirs) = (await user.NewChat(), await neighbour.NewChat());
        await stack.Execute(
            "insert into public.messages (chat_id, user_id, role, content) select $1, $2, 'user', 'x' from generate_series(1, 12000)", Guid.Parse(chat), user.Id);

        (await user.Delete("/api/me")).Is(HttpStatusCode.NoContent);

        Assert.Equal(0L, await stack.Scalar<long>(Traces, user.Id));
        (await neighbour.Get($"/api/chats/{theirs}")).Is(HttpStatusCode.OK);
    }

    private async Task<string> Sums(TestUser user) => (await stack.Scalar<string>(
        """
        select count(*) || ':' || sum(e.input_tokens) || ':' || sum(e.output_tokens) || ':' || sum(e.cost) || ' '
          || (select sum(p.tokens) || ':' || sum(p.cost) from billing.usage_periods p where p.user_id = $1) || ' '
          || (select sum(d.input_tokens + d.output_tokens) || ':' || sum(d.cost) from billing.usage_daily d where d.user_id = $1)
        from billing.usage_events e
        where e.user_id = $1
        """,
        user.Id))!;
}
