using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Billing;

/// <summary>What the users of a plan may store.</summary>
public sealed class QuotaTests(TestStack stack)
{
    [Fact]
    public async Task A_plan_says_how_much_may_be_stored_and_by_default_that_is_much()
    {
        var (finance, id) = (stack.Finance(), $"p{Guid.NewGuid():N}");

        var put = (await finance.Put($"/api/billing/plans/{id}", Plan())).Is(HttpStatusCode.OK).Json;
        var changed = (await finance.Patch($"/api/billing/plans/{id}", new JsonObject { ["maxChats"] = 7 })).Is(HttpStatusCode.OK).Json;

        Assert.Equal((100_000, 100_000, 10_737_418_240), ((int)put["maxChats"]!, (int)put["maxMessagesPerChat"]!, (long)put["maxStoredBytes"]!));
        Assert.Equal((7, 100_000), ((int)changed["maxChats"]!, (int)changed["maxMessagesPerChat"]!));
        var problem = (await finance.Patch($"/api/billing/plans/{id}", new JsonObject { ["maxStoredBytes"] = -1 }))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        Assert.NotNull(problem["errors"]!["maxStoredBytes"]);
    }

    [Fact]
    public async Task A_chat_too_many_is_refused_whichever_way_it_is_made_until_another_is_deleted()
    {
        var user = await UserOf(("maxChats", 2));
        var (first, _) = (await user.NewChat(), await user.NewChat());

        IsRefused(await user.Post("/api/chats", new JsonObject { ["title"] = "Third" }), "chats", 2);
        IsRefused(await user.Post("/api/chat", Conversation("third")), "chats", 2);
        await IsRefusedDirectly(user, "insert into public.chats (title) values ('Third')");
        (await user.Delete($"/api/chats/{first}")).Is(HttpStatusCode.NoContent);

        (await user.Post("/api/chat", Conversation("third"))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_message_too_many_for_its_chat_is_refused_and_nothing_is_charged()
    {
        var user = await UserOf(("maxMessagesPerChat", 3));
        var chat = await user.NewChat();
        await user.Send(chat, "Go. [[tokens=2]]");
        await Books.Settled(stack.Database, user.Id);

        IsRefused(await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go on.")), "messages_per_chat", 3);
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "Third" })).Is(HttpStatusCode.Created);
        IsRefused(await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "Fourth" }), "messages_per_chat", 3);
        await IsRefusedDirectly(user, $"insert into public.messages (chat_id, role, content) values ('{chat}', 'user', 'Fourth')");

        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from chatbot.completions where user_id = $1", user.Id));
        await user.Send(await user.NewChat(), "Go. [[tokens=2]]");
    }

    [Fact]
    public async Task A_text_too_long_for_what_is_left_is_refused_but_an_answer_is_stored_in_any_case()
    {
        var user = await UserOf(("maxStoredBytes", 1_000));
        var chat = await user.NewChat();

        IsRefused(await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = new string('x', 1_000) }), "stored_bytes", 1_000);
        IsRefused(await user.Patch($"/api/chats/{chat}", new JsonObject { ["systemPrompt"] = new string('x', 1_000) }), "stored_bytes", 1_000);
        var answer = await user.Send(chat, "Go. [[tokens=600]]");
        await Books.Settled(stack.Database, user.Id);

        Assert.Equal(answer.Text, (string?)(await user.Messages(chat))[1]!["content"]);
        IsRefused(await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("More.")), "stored_bytes", 1_000);
        IsRefused(await user.Post($"/api/chats/{chat}/stream", new JsonObject { ["trigger"] = "regenerate-message" }), "stored_bytes", 1_000);
        IsRefused(await user.Post("/api/chats", new JsonObject { ["title"] = "Another" }), "stored_bytes", 1_000);
        (await user.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent);
        await user.Send(await user.NewChat(), "Go. [[tokens=2]]");
    }

    [Fact]
    public async Task What_many_store_and_delete_at_once_is_counted_to_the_byte()
    {
        var user = await stack.NewUser();
        var chats = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.NewChat()));

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
        {
            var message = (await user.Post($"/api/chats/{chats[n % 4]}/messages", new JsonObject { ["content"] = new string('ü', n + 1) })).Is(HttpStatusCode.Created);
            if (n % 3 == 0)
            {
                (await user.Delete($"/api/chats/{chats[n % 4]}/messages/{message["id"]}")).Is(HttpStatusCode.NoContent);
            }
        }));
        await Task.WhenAll(user.Delete($"/api/chats/{chats[0]}"), user.Send(chats[1], "Go. [[tokens=9]]"), user.Patch($"/api/chats/{chats[2]}", new JsonObject { ["title"] = "Ü" }));
        await Books.Settled(stack.Database, user.Id);

        Assert.True(await stack.Scalar<bool>(
            """
            select s.chats = 3
              and s.bytes = (select sum(octet_length(m.content)) from public.messages m where m.user_id = $1)
                + (select sum(octet_length(c.title) + coalesce(octet_length(c.system_prompt), 0)) from public.chats c where c.user_id = $1)
                + (select 100 * count(*) from chatbot.deleted_chats d where d.user_id = $1)
              and not exists (
                select from public.chats c where c.user_id = $1 and c.message_count <> (select count(*) from public.messages m where m.chat_id = c.id)
              )
            from chatbot.user_storage s
            where s.user_id = $1
            """,
            user.Id));
    }

    private static void IsRefused(ApiResponse answer, string quota, int limit)
    {
        var problem = answer.IsProblem(HttpStatusCode.Forbidden, "quota_exceeded");
        Assert.Equal((quota, limit), ((string)problem["quota"]!, (int)problem["limit"]!));
    }

    private static JsonObject Conversation(string chat) => new()
    {
        ["id"] = chat,
        ["messages"] = new JsonArray(new JsonObject { ["id"] = "m", ["role"] = "user", ["content"] = "Go. [[tokens=2]]" }),
    };

    private static JsonObject Plan() => new()
    {
        ["name"] = "Small", ["tokenCap"] = null, ["costCap"] = null, ["ownKeyTokenCap"] = null, ["dailyTokenCap"] = null, ["dailyCostCap"] = null,
        ["modelsAllowed"] = null,
    };

    private async Task<TestUser> UserOf((string Quota, int Limit) quota)
    {
        var (finance, id, user) = (stack.Finance(), $"p{Guid.NewGuid():N}", await stack.NewUser());
        var plan = Plan();
        plan[quota.Quota] = quota.Limit;
        (await finance.Put($"/api/billing/plans/{id}", plan)).Is(HttpStatusCode.OK);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, id);
        return user;
    }

    /// <summary>As Supabase's own API writes for the user.</summary>
    private async Task IsRefusedDirectly(TestUser user, string sql)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var connection = await stack.Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)")
        {
            Parameters = { new() { Value = new JsonObject { ["sub"] = user.Id.ToString() }.ToJsonString() } },
        });
#pragma warning disable CA2100 // The tests' own.
        batch.BatchCommands.Add(new(sql));
#pragma warning restore CA2100

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => batch.ExecuteNonQueryAsync(cancellationToken));

        Assert.Equal("CB013", refusal.SqlState);
    }
}
