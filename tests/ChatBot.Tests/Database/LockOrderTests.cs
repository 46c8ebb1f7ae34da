using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Account;
using ChatBot.Tests.Billing;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>Who needs the same rows takes them in the same order: else two at once wait for each other, and one of them fails.</summary>
public sealed class LockOrderTests(TestStack stack)
{
    [Fact]
    public async Task A_message_is_deleted_while_its_chat_is_answered_anew()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var message = Guid.NewGuid();
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = message.ToString(), ["content"] = "Go." })).Is(HttpStatusCode.Created);
        // As the admission does.
        await using var held = await RowLock.OnChat(stack, chat);
        var deletion = user.Delete($"/api/chats/{chat}/messages/{message}");
        await held.UntilItBlocks();

        await held.Take("select from public.messages where id = $1 for update nowait", message);

        await held.DisposeAsync();
        (await deletion).Is(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_message_is_edited_while_the_answer_to_it_is_stored()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var message = Guid.NewGuid();
        var answer = (await user.Send(chat, "Go. [[tokens=2]]", message.ToString())).MessageId;
        await Books.Settled(stack.Database, user.Id);
        // As what stores an answer does.
        await using var held = await RowLock.On(stack, "select from public.messages where id = $1 for update", answer);
        var edit = StackExtensions.SendBody("Go on. [[tokens=2]]", message.ToString());
        edit["messageId"] = message.ToString();
        var send = user.Post($"/api/chats/{chat}/stream", edit);
        await held.UntilItBlocks();

        await held.Take("select from chatbot.user_storage where user_id = $1 for update nowait", user.Id);

        await held.DisposeAsync();
        (await send).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_message_is_answered_anew_while_the_account_is_erased()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var answer = (await user.Send(chat, "Go. [[tokens=2]]")).MessageId;
        await Books.Settled(stack.Database, user.Id);
        // As the admission does.
        await using var held = await RowLock.OnChat(stack, chat);
        var erasure = user.Erase();
        await held.UntilItBlocks();

        await held.Take("select from public.messages where id = $1 for update nowait", answer);

        await held.DisposeAsync();
        await erasure;
    }

    [Fact]
    public async Task A_stop_is_remembered_while_old_ones_are_forgotten()
    {
        var user = await stack.NewUser();
        await stack.Execute(
            "insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at) select $1, gen_random_uuid(), gen_random_uuid(), now() from generate_series(1, 3)", user.Id);
        // As the timer does.
        await using var held = await RowLock.On(stack, "select from chatbot.stop_requests where user_id = $1 for update", user.Id);

        (await user.Post("/api/chats/c/stop", new JsonObject { ["messageId"] = "m1" })).Is(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_plan_is_changed_while_usage_is_recorded()
    {
        var (finance, user) = (stack.Finance(), await stack.NewUser());
        await user.Send(await user.NewChat(), "Go. [[tokens=2]]");
        await Books.Settled(stack.Database, user.Id);
        await stack.Execute(
            """
            insert into billing.reached_caps (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used)
            select p.user_id, 'tokens', p.period_start, p.period_end, now(), 1, 1
            from billing.usage_periods p
            where p.user_id = $1
            """,
            user.Id);
        await using var held = await RowLock.On(stack, "select from billing.usage_periods where user_id = $1 for update", user.Id);
        var change = finance.Put($"/api/billing/users/{user.Id}/plan", PlanBody.OfUser("free"));
        await held.UntilItBlocks();

        await held.Take("select from billing.reached_caps where user_id = $1 for update nowait", user.Id);

        await held.DisposeAsync();
        (await change).Is(HttpStatusCode.OK);
    }
}
