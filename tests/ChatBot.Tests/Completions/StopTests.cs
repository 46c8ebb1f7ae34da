using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>A stop that names the message whose answer it is for.</summary>
public sealed class StopTests(TestStack stack)
{
    private const string Ended = "select state = 'stopped' from chatbot.completions where user_id = $1";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_comes_before_its_send_ends_it_at_once_without_a_call_or_a_charge(bool isNewChat)
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        var chat = isNewChat ? "a chat of mine" : await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        (await Stop(user.At(other.Address), chat, "m1")).Is(HttpStatusCode.NoContent);
        var stream = EventStreamText.Parse((await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", marker))).Is(HttpStatusCode.OK).Body);

        Assert.Equal(["start", "start-step", "text-start", "text-end", "finish-step", "message-metadata", "abort"], stream.Types);
        Assert.Empty(stack.CallsOf(marker));
        var messages = await user.Messages(chat);
        Assert.Equal([marker, ""], messages.Select(m => (string)m!["content"]!));
        Assert.Equal(["complete", "stopped"], messages.Select(m => (string)m!["status"]!));
        Assert.Equal(stream.MessageId, (Guid)messages[1]!["id"]!);
        Assert.Equal(new Books("user, assistant stopped", "", 0, 0, true), await Books.Settled(stack.Database, user.Id));
    }

    [Fact]
    public async Task The_receipt_of_what_was_not_called_says_that_nothing_was_charged_and_nothing_went_wrong()
    {
        var user = await stack.NewUser();
        (await Stop(user, "c", "m1")).Is(HttpStatusCode.NoContent);
        await Send(user, "c", "m1", "Go.");

        var receipt = (await user.Messages("c"))[1]!["receipt"]!.AsObject();

        Assert.Equal(
            ("gpt-4o", "none", 0, 0m, 0, 0, true),
            ((string?)receipt["model"], (string?)receipt["quality"], (int)receipt["inputTokens"]!, (decimal)receipt["cost"]!, (int)receipt["attempts"]!,
             (int)receipt["reservedTokens"]!, (bool)receipt["stored"]!));
        Assert.Empty(receipt["modelsTried"]!.AsArray());
        Assert.DoesNotContain("error", receipt.Select(m => m.Key));
    }

    [Fact]
    public async Task It_counts_for_its_own_chat_whose_message_ids_may_be_those_of_another()
    {
        var user = await stack.NewUser();
        var message = Guid.NewGuid().ToString();
        (await Stop(user, "d", message)).Is(HttpStatusCode.NoContent);

        Assert.Equal("finish", (string?)(await Send(user, "c", message, "Go. [[tokens=3]]")).Last["type"]);
    }

    [Fact]
    public async Task One_for_what_is_somebody_elses_has_no_effect_on_it()
    {
        var (user, stranger) = (await stack.NewUser(), await stack.NewUser());
        var (chat, first, second) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var running = Send(user, chat, first, "Go. [[tokens=60 delay=20ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1)", user.Id);
        var answer = await stack.Scalar<Guid>("select id from chatbot.completions where user_id = $1", user.Id);

        foreach (var message in (string[])[first, second, $"{answer}"])
        {
            foreach (var place in (string[])[chat, await stranger.NewChat(), "unknown"])
            {
                // As if it had still to come: nobody learns what there is.
                (await Stop(stranger, place, message)).Is(HttpStatusCode.NoContent);
            }
        }

        Assert.Equal("finish", (string?)(await running).Last["type"]);
        Assert.Equal("finish", (string?)(await Send(user, chat, second, "On. [[tokens=3]]")).Last["type"]);
    }

    [Fact]
    public async Task It_counts_once_and_a_repeat_of_its_send_gets_the_same_end()
    {
        var user = await stack.NewUser();
        (await Stop(user, "c", "m1")).Is(HttpStatusCode.NoContent);

        var first = await Send(user, "c", "m1", "Go. [[tokens=3]]");
        var repeat = await Send(user, "c", "m1", "Go. [[tokens=3]]");
        var next = await Send(user, "c", "m2", "And on. [[tokens=3]]");

        Assert.Equal((first.MessageId, "abort"), (repeat.MessageId, (string?)repeat.Last["type"]));
        Assert.Equal("finish", (string?)next.Last["type"]);
    }

    [Fact]
    public async Task Wherever_it_meets_its_send_the_answer_does_not_run_to_its_end()
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        for (var n = 0; n < 30; n++)
        {
            var (chat, message) = ($"chat {n}", $"message {n}");
            var delay = TimeSpan.FromMilliseconds(n % 15);
            var sending = Send(user, chat, message, "Go. [[endless delay=20ms]]");
            await Task.Delay(delay, TestContext.Current.CancellationToken);

            (await Stop(user.At(other.Address), chat, message)).Is(HttpStatusCode.NoContent);

            Assert.Equal("abort", (string?)(await sending).Last["type"]);
        }

        await Books.Settled(stack.Database, user.Id);
    }

    [Fact]
    public async Task A_send_that_is_being_admitted_is_stopped_when_it_is_admitted()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartWithoutTriggers(wire);
        var user = await stack.NewUser(program);
        var held = wire.On(WireAction.Hold, "begin_completion");
        var sending = Send(user, "c", "m1", "Go. [[endless delay=20ms]]");
        await held.Reached;

        var stopping = Stop(user.At(stack.Program.Address), "c", "m1");
        held.Release();

        (await stopping).Is(HttpStatusCode.NoContent);
        Assert.Equal("abort", (string?)(await sending).Last["type"]);
    }

    [Fact]
    public async Task After_a_minute_it_is_forgotten()
    {
        var user = await stack.NewUser();
        (await Stop(user, "c", "m1")).Is(HttpStatusCode.NoContent);
        Assert.True(await stack.Scalar<bool>(
            "select expires_at - now() between interval '30 seconds' and interval '1 minute' from chatbot.stop_requests where user_id = $1", user.Id));
        await stack.Execute("update chatbot.stop_requests set expires_at = now() - interval '1 second' where user_id = $1", user.Id);

        Assert.Equal("finish", (string?)(await Send(user, "c", "m1", "Go. [[tokens=3]]")).Last["type"]);

        (await Stop(user, "c", "m2")).Is(HttpStatusCode.NoContent);
        await stack.Execute("update chatbot.stop_requests set expires_at = now() - interval '1 second' where user_id = $1", user.Id);
        await stack.RunTimer();
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from chatbot.stop_requests where user_id = $1", user.Id));
    }

    [Fact]
    public async Task It_stops_no_answer_but_its_own()
    {
        var user = await stack.NewUser();
        var running = Send(user, "c", "m1", "Go. [[tokens=40 delay=20ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1)", user.Id);

        (await Stop(user, "c", "m2")).Is(HttpStatusCode.NoContent);
        (await Stop(user, "d", "m1")).Is(HttpStatusCode.NoContent);

        Assert.Equal("finish", (string?)(await running).Last["type"]);
    }

    [Fact]
    public async Task One_that_comes_after_the_end_changes_nothing_also_of_the_next_answer()
    {
        var user = await stack.NewUser();
        await Send(user, "c", "m1", "Go. [[tokens=3]]");

        (await Stop(user, "c", "m1")).Is(HttpStatusCode.NoContent);
        var again = await Send(user, "c", "m1", "Go. [[tokens=3]]", "regenerate-message");

        Assert.Equal("finish", (string?)again.Last["type"]);
    }

    [Fact]
    public async Task One_for_a_message_that_was_answered_a_while_ago_is_for_the_regenerate_to_come()
    {
        var user = await stack.NewUser();
        var marker = Guid.NewGuid().ToString();
        var first = await Send(user, "c", "m1", $"{marker} [[tokens=3]]");
        await stack.WaitUntilRecorded(first.MessageId);
        await stack.Execute("update chatbot.completions set ended_at = ended_at - interval '3 seconds' where id = $1", first.MessageId);

        (await Stop(user, "c", "m1")).Is(HttpStatusCode.NoContent);
        // It counts for two seconds; a busy machine may need longer.
        await stack.Execute("update chatbot.stop_requests set expires_at = expires_at + interval '1 minute' where user_id = $1", user.Id);
        var again = await Send(user, "c", "m1", $"{marker} [[tokens=3]]", "regenerate-message");

        Assert.Equal("abort", (string?)again.Last["type"]);
        Assert.Single(stack.CallsOf(marker));
    }

    [Theory]
    [InlineData("m1")]
    [InlineData(null)]
    public async Task While_the_answer_has_still_to_end_it_says_so(string? message)
    {
        // Admitted, and nobody writes it: as when its instance is suspended.
        var half = await HalfCompletion.Begin(stack);
        var id = message is null ? null : await stack.Scalar<Guid>("select user_message_id from chatbot.completions where id = $1", half.Id) as Guid?;

        var answer = await Ask(half.User, half.Chat, id?.ToString());

        Assert.Equal("1", answer.Is(HttpStatusCode.Accepted).Headers["Retry-After"]);
        await half.ExpireLease();
        (await Stop(half.User, half.Chat, id?.ToString())).Is(HttpStatusCode.NoContent);
        Assert.Equal("interrupted", await stack.Scalar<string>("select state from chatbot.completions where id = $1", half.Id));
    }

    [Fact]
    public async Task It_may_name_the_answer_itself()
    {
        var user = await stack.NewUser();
        var running = Send(user, "c", "m1", "Go. [[endless delay=20ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1)", user.Id);
        var id = await stack.Scalar<Guid>("select id from chatbot.completions where user_id = $1", user.Id);

        (await Stop(user, "c", id.ToString())).Is(HttpStatusCode.NoContent);

        Assert.Equal("abort", (string?)(await running).Last["type"]);
        Assert.True(await stack.Scalar<bool>(Ended, user.Id));
    }

    [Fact]
    public async Task Without_a_message_there_must_be_a_chat()
    {
        var (user, other) = (await stack.NewUser(), await stack.NewUser());

        (await Stop(user, "unknown", null)).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Post("/api/chats/unknown/stop", new JsonObject())).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await Stop(user, await other.NewChat(), null)).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.SendRaw(HttpMethod.Post, $"/api/chats/{await user.NewChat()}/stop", "", [])).Is(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("""{"messageId":""}""", "invalid_request")]
    [InlineData("""{"messageId":"a/b"}""", "invalid_request")]
    [InlineData("""{"messageId":7}""", "invalid_json")]
    [InlineData("""{"message":"m1"}""", "invalid_json")]
    [InlineData("""[]""", "invalid_json")]
    public async Task A_body_that_it_does_not_take_is_refused(string body, string code)
    {
        var user = await stack.NewUser();

        (await user.SendRaw(HttpMethod.Post, $"/api/chats/{await user.NewChat()}/stop", body, [])).IsProblem(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task One_for_the_first_message_of_a_long_chat_reads_no_more_than_the_end_of_it()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var first = (await user.Send(chat, "Go. [[tokens=3]]", "m1")).MessageId;
        await stack.WaitUntilRecorded(first);
        await stack.Execute(
            "insert into public.messages (chat_id, user_id, role, content) select $1, $2, 'user', 'On.' from generate_series(1, 2000)", Guid.Parse(chat), user.Id);
        await using var connection = await stack.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);

        async Task<object?> Run(string sql)
        {
#pragma warning disable CA2100 // The statements are the test's own.
            await using var command = new NpgsqlCommand(sql, connection, transaction);
#pragma warning restore CA2100
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }

        async Task<long> RowsRead() => (long)(await Run("select coalesce(idx_tup_fetch, 0) + seq_tup_read from pg_stat_xact_user_tables where relid = 'public.messages'::regclass"))!;

        // What the connection did before may not be reported yet.
        var before = await RowsRead();
        await Run($"select chatbot.remember_stop('{user.Id}', '{chat}', (select user_message_id from chatbot.completions where id = '{first}'))");

        Assert.InRange(await RowsRead() - before, 1, 500);
    }

    [Fact]
    public async Task Only_so_many_wait_for_their_sends()
    {
        var user = await stack.NewUser();
        await stack.Execute(
            """
            insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at)
            select $1, gen_random_uuid(), gen_random_uuid(), now() + interval '1 minute'
            from generate_series(1, 100)
            """,
            user.Id);

        var problem = (await Stop(user, "c", "m1")).IsProblem(HttpStatusCode.TooManyRequests, "rate_limited");

        Assert.Equal(60, (int?)problem["retryAfterSeconds"]);
        await stack.Execute("update chatbot.stop_requests set expires_at = now() where user_id = $1", user.Id);
        (await Stop(user, "c", "m1")).Is(HttpStatusCode.NoContent);
    }

    /// <summary>Repeated as long as it has to be, on a machine that is busy.</summary>
    private static async Task<ApiResponse> Stop(TestUser user, string chat, string? message)
    {
        ApiResponse answer;
        do
        {
            answer = await Ask(user, chat, message);
        }
        while (answer.Status == HttpStatusCode.Accepted);
        return answer;
    }

    private static Task<ApiResponse> Ask(TestUser user, string chat, string? message) => user.Post(
        $"/api/chats/{Uri.EscapeDataString(chat)}/stop", message is null ? null : new JsonObject { ["messageId"] = message });

    private static async Task<EventStreamText> Send(TestUser user, string chat, string message, string text, string trigger = "submit-message") =>
        EventStreamText.Parse((await user.Post("/api/chat", ChatTests.AiSdkBody(chat, message, text, trigger))).Is(HttpStatusCode.OK).Body);
}
