using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Functions.Completions;
using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>A chat, or an answer, that is deleted while the model writes.</summary>
public sealed class DeletionTests(TestStack stack)
{
    private const string Drafted =
        "select exists (select from chatbot.completion_deltas d join chatbot.completions c on c.id = d.completion_id where c.user_id = $1)";

    [Theory]
    [InlineData("chat")]
    [InlineData("answer")]
    [InlineData("elsewhere")]
    [InlineData("rest")]
    public async Task It_stops_the_model_meters_what_was_used_and_tells_every_reader(string what)
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        var running = user.Send(chat, $"{marker} [[endless delay=10ms]]");
        await stack.WaitUntil(Drafted, user.Id);
        var id = await stack.Scalar<Guid>("select id from chatbot.completions where user_id = $1", user.Id);
        // It has its head as there is a draft, so it reads before anything is deleted.
        using var there = await user.At(other.Address).Open(
            HttpMethod.Get, $"/api/chats/{chat}/stream", null, [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        switch (what)
        {
            case "answer":
                (await user.Delete($"/api/chats/{chat}/messages/{id}")).Is(HttpStatusCode.NoContent);
                break;
            case "rest":
                await DeleteAsTheRestApiDoes(user, Guid.Parse(chat));
                break;
            default:
                (await (what == "chat" ? user : user.At(other.Address)).Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent);
                break;
        }

        var rest = await there.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        foreach (var stream in (EventStreamText[])[await running, EventStreamText.Parse(rest)])
        {
            Assert.Equal("not_found", (string?)stream.Error["code"]);
            Assert.Equal("error", (string?)stream.Last["type"]);
        }

        await stack.WaitUntil(() => Task.FromResult(stack.CallOf(marker).Outcome != CallOutcome.Running));
        Assert.Equal(CallOutcome.ClientClosed, stack.CallOf(marker).Outcome);
        var books = await Books.Settled(stack.Database, user.Id);
        Assert.Equal(("estimated", 0L, 0L, true), (books.Ledger, books.Reservations, books.Drafts, books.TotalsAreSums));
        Assert.InRange(
            await stack.Scalar<int>("select output_tokens from billing.usage_events where user_id = $1", user.Id),
            stack.CallOf(marker).SentTokens - 8,
            stack.CallOf(marker).SentTokens + 8);
    }

    [Fact]
    public async Task Before_the_first_token_it_is_a_problem_with_its_status()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var running = user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[first=60s]]"));
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", user.Id);

        (await user.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent);

        (await running).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task At_the_very_end_nobody_is_told_that_the_answer_was_stored()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartWithoutTriggers(wire);
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var held = wire.On(WireAction.Hold, "finish_completion");
        var running = user.Send(chat, "Go. [[tokens=9]]");
        await held.Reached;

        (await user.At(stack.Program.Address).Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent);
        held.Release();

        Assert.Equal("not_found", (string?)(await running).Error["code"]);
        Assert.Equal("reported", (await Books.Settled(stack.Database, user.Id)).Ledger);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_id_of_a_deleted_chat_stays_deleted_for_its_owner(bool isUuid)
    {
        var (user, other) = (await stack.NewUser(), await stack.NewUser());
        var chat = isUuid ? Guid.NewGuid().ToString() : "my chat";
        (await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", "Hello [[tokens=3]]"))).Is(HttpStatusCode.OK);
        (await user.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent);

        (await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m2", "Again"))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", "Hello [[tokens=3]]", "regenerate-message"))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Post("/api/chats", new JsonObject { ["id"] = chat })).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Again"))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "Again" })).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Post($"/api/chats/{chat}/stop", new JsonObject { ["messageId"] = "m2" })).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Get($"/api/chats/{chat}/stream")).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Delete($"/api/chats/{chat}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        Assert.Empty((await user.Get("/api/chats")).Json["items"]!.AsArray());

        (await other.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", "Mine [[tokens=3]]"))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_id_is_free_for_others_also_while_the_answer_of_its_first_owner_has_still_to_end()
    {
        // Nobody writes it, and its lease has still to run out.
        var half = await HalfCompletion.Begin(stack);
        (await half.User.Delete($"/api/chats/{half.Chat}")).Is(HttpStatusCode.NoContent);
        var other = await stack.NewUser();

        var answer = await other.Post("/api/chat", ChatTests.AiSdkBody(half.Chat, "m1", "Mine [[tokens=3]]"));

        Assert.Equal("finish", (string?)EventStreamText.Parse(answer.Is(HttpStatusCode.OK).Body).Last["type"]);
        Assert.DoesNotContain($"{half.Id}", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_else_writes_under_the_ids_of_what_was_deleted_is_none_of_its_prompt_and_its_end()
    {
        var half = await HalfCompletion.Begin(stack);
        var chat = Guid.Parse(half.Chat);
        await stack.Execute("update chatbot.completions set restores_previous = true where id = $1", half.Id);
        var question = await stack.Scalar<Guid>("select user_message_id from chatbot.completions where id = $1", half.Id);
        (await half.User.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent);
        var other = await stack.NewUser();
        (await other.Post("/api/chats", new JsonObject { ["id"] = chat.ToString(), ["systemPrompt"] = "My system prompt." })).Is(HttpStatusCode.Created);
        foreach (var id in (Guid[])[question, half.Id])
        {
            (await other.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = id.ToString(), ["content"] = "My message." })).Is(HttpStatusCode.Created);
        }

        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from chatbot.prompt_of($1)", half.Id));
        // What was deleted is known by its bytes.
        Assert.Equal(
            "user 3, answer uncounted",
            await stack.Scalar<string>("select string_agg(role || ' ' || coalesce(tokens::text, 'uncounted'), ', ') from chatbot.texts_to_count($1)", half.Id));
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from chatbot.uncounted_texts($1, 1000)", half.Id));
        await stack.Execute(
            "select chatbot.note_token_counts($1, array[null::uuid], array(select updated_at from public.chats where id = $2), array[1])", half.Id, chat);
        await stack.Execute("select chatbot.give_title($1, $2, 'Of another conversation')", half.User.Id, chat);
        Assert.True(await half.Finish(null, state: CompletionState.Failed));
        await half.Wake();
        await stack.WaitUntilRecorded(half.Id);

        Assert.Equal(["My message.", "My message."], (await other.Messages($"{chat}")).Select(m => (string)m!["content"]!));
        Assert.Equal("My message.", (string?)(await other.Get($"/api/chats/{chat}"))["title"]);
        Assert.True(await stack.Scalar<bool>("select system_prompt_tokens is null from public.chats where id = $1", chat));
    }

    [Fact]
    public async Task Sends_stops_and_deletions_that_meet_at_two_instances_leave_nothing_running_and_nothing_behind()
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        await stack.Execute("insert into billing.user_plans (user_id, plan_id, requests_per_minute, concurrent_streams) values ($1, 'free', 1000, 100)", user.Id);
        for (var n = 0; n < 20; n++)
        {
            var chat = $"chat {n}";
            var (here, there) = n % 2 == 0 ? (user, user.At(other.Address)) : (user.At(other.Address), user);
            if (n % 3 > 0)
            {
                (await user.Post("/api/chats", new JsonObject { ["id"] = chat })).Is(HttpStatusCode.Created);
            }

            async Task<ApiResponse> After(int milliseconds, Func<Task<ApiResponse>> request)
            {
                await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
                return await request();
            }

            var body = ChatTests.AiSdkBody(chat, "m1", "Hello [[endless delay=10ms]]");
            Task<ApiResponse>[] requests =
            [
                here.Post("/api/chat", body),
                After(n, () => there.Post("/api/chat", body)),
                After(n * 3 % 20, () => there.Post($"/api/chats/{chat}/stop", new JsonObject { ["messageId"] = "m1" })),
                After(n * 7 % 20, () => here.Delete($"/api/chats/{chat}")),
                After(n * 11 % 20, () => there.Get($"/api/chats/{chat}/stream")),
            ];
            var answers = await Task.WhenAll(requests);

            Assert.All(answers, a => Assert.True((int)a.Status is 200 or 202 or 204 or 404, $"{n}: {(int)a.Status} {a.Body}"));
            await user.Delete($"/api/chats/{chat}");
            (await user.Post("/api/chat", body)).IsProblem(HttpStatusCode.NotFound, "not_found");
        }

        await Books.Settled(stack.Database, user.Id);
        Assert.Empty((await user.Get("/api/chats")).Json["items"]!.AsArray());
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from public.messages where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_send_that_meets_the_deletion_does_not_bring_the_chat_back()
    {
        var user = await stack.NewUser();
        for (var n = 0; n < 20; n++)
        {
            var chat = $"chat {n}";
            (await user.Post("/api/chats", new JsonObject { ["id"] = chat })).Is(HttpStatusCode.Created);

            var sending = user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", "Hello [[tokens=3]]"));
            var creating = user.Post("/api/chats", new JsonObject { ["id"] = chat });
            var deleting = user.Delete($"/api/chats/{chat}");

            Assert.Contains((await sending).Status, new[] { HttpStatusCode.OK, HttpStatusCode.NotFound });
            Assert.Contains((await creating).Status, new[] { HttpStatusCode.OK, HttpStatusCode.NotFound });
            (await deleting).Is(HttpStatusCode.NoContent);
            (await user.Get($"/api/chats/{chat}")).Is(HttpStatusCode.NotFound);
        }

        Assert.Empty((await user.Get("/api/chats")).Json["items"]!.AsArray());
        await Books.Settled(stack.Database, user.Id);
    }

    private async Task DeleteAsTheRestApiDoes(TestUser user, Guid chat)
    {
        await using var connection = await stack.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)")
        {
            Parameters = { new() { Value = new JsonObject { ["sub"] = user.Id.ToString(), ["role"] = "authenticated" }.ToJsonString() } },
        });
        batch.BatchCommands.Add(new("delete from public.chats where id = $1") { Parameters = { new() { Value = chat } } });
        await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
