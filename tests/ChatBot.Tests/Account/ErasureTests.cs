using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Billing;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Account;

public sealed class ErasureTests(TestStack stack)
{
    /// <summary>The tables that hold a text anywhere in a row.</summary>
    private const string TablesWith = """
        select coalesce(string_agg(t.name, ', ' order by t.name), '')
        from (
          select c.oid::regclass::text as name
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
          where n.nspname in ('public', 'chatbot', 'billing', 'auth') and c.relkind in ('r', 'p')
        ) t
        where (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s t where t::text like %L', t.name, '%' || $1 || '%'), false, true, '')))[1]::text <> '0'
        """;

    [Fact]
    public async Task Nothing_of_a_user_is_left_but_what_they_used_under_an_id_that_is_nobodys()
    {
        var user = await stack.NewUser();
        await stack.SetCaps(user, tokenCap: 300);
        (await user.Patch("/api/preferences", new JsonObject { ["theme"] = "dark" })).Is(HttpStatusCode.OK);
        var chat = await user.NewChat();
        var answer = (await user.Send(chat, "Hello [[tokens=250]]")).MessageId;
        (await user.Put($"/api/chats/{chat}/messages/{answer}/feedback", new JsonObject { ["value"] = "up", ["comment"] = "Fine" })).Is(HttpStatusCode.OK);
        await stack.WaitUntilRecorded(answer);
        (await user.Delete($"/api/chats/{await user.NewChat()}")).Is(HttpStatusCode.NoContent);
        (await user.Post($"/api/chats/{chat}/stop", new JsonObject { ["messageId"] = "to come" })).Is(HttpStatusCode.NoContent);
        await stack.Execute("select billing.reach_cap($1, 'cost', 1, 1, now() - interval '1 day', now() + interval '1 day', now())", user.Id);
        await stack.Execute("insert into billing.refusals (user_id, day, kind, count, first_at, last_at) values ($1, now()::date, 'rate', 1, now(), now())", user.Id);
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-test-0123456789abcdefghijklmnop" })).Is(HttpStatusCode.OK);
        await stack.WaitUntilRecorded((await user.Send(chat, "Hello [[tokens=7]]")).MessageId);
        var before = await Sums(user.Id);
        Assert.Contains("billing.usage_alerts", await stack.Scalar<string>(TablesWith, user.Id.ToString())!, StringComparison.Ordinal);

        await user.Erase();
        // What was refused just before is written a second later.
        await stack.Execute(
            """select billing.record_refusals(jsonb_build_array(jsonb_build_object('userId', $1, 'kind', 'rate', 'cap', '', 'count', 3, 'firstSecondsAgo', 2, 'lastSecondsAgo', 0.5)))""",
            user.Id);

        Assert.Equal("", await stack.Scalar<string>(TablesWith, user.Id.ToString()));
        var nobody = await NewIdOf(answer);
        Assert.Equal(before, await Sums(nobody));
        Assert.Contains("\"output_tokens\": 250", before, StringComparison.Ordinal);
        Assert.Equal(
            "billing.usage_alerts, billing.usage_daily, billing.usage_events, billing.usage_periods, chatbot.completions",
            await stack.Scalar<string>(TablesWith, nobody.ToString()));
    }

    [Fact]
    public async Task What_is_being_written_is_stopped_and_recorded_all_the_same()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var sending = user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[tokens=400 delay=50ms]]"));
        await stack.WaitUntil("select exists (select from chatbot.completion_deltas d join chatbot.completions c on c.id = d.completion_id where c.user_id = $1)", user.Id);

        await user.Erase();

        var answer = EventStreamText.Parse((await sending).Body).MessageId;
        await stack.WaitUntilRecorded(answer);
        var nobody = await NewIdOf(answer);
        Assert.Equal("", await stack.Scalar<string>(TablesWith, user.Id.ToString()));
        Assert.Equal(
            (1L, 0L),
            (await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1 and output_tokens > 0", nobody),
             await stack.Scalar<long>("select count(*) from billing.usage_reservations where user_id = $1", nobody)));
    }

    [Fact]
    public async Task Hashes_of_closed_statements_and_reports_are_what_they_were()
    {
        await using var hub = await TestTaskHub.Start(stack);
        await using var database = await OwnDatabase.Create(stack, hub.Settings);
        var (finance, user, neighbour) = (database.Finance(), await database.NewUser(), await database.NewUser());
        foreach (var who in (Guid[])[user.Id, neighbour.Id])
        {
            await database.UseInThePast(who, months: 14);
        }

        string[] reports = ["2025-03?format=csv&by=model", "2025-03?format=csv&by=day", "2025-03?format=csv&by=purpose", "2025-03?format=csv&by=user", "2025-03", "2026-01"];
        var before = await Read(finance, user.Id, reports);
        Assert.Equal(14, JsonNode.Parse(before[0])!["items"]!.AsArray().Count);

        await user.Erase();

        var nobody = await database.Scalar<Guid>("select user_id from billing.statements where user_id <> $1 limit 1", neighbour.Id);
        var after = await Read(finance, nobody, reports);
        Assert.Equal(before.Select(text => Sorted(text, user.Id)), after.Select(text => Sorted(text, nobody)));
        Assert.DoesNotContain("\"isReproducible\":false", after[0], StringComparison.Ordinal);
        Assert.Equal("", await database.Scalar<string>(TablesWith, user.Id.ToString()));
    }

    [Fact]
    public async Task What_is_used_at_the_last_moment_is_added_to_what_was_moved()
    {
        await using var database = await OwnDatabase.Create(stack);
        var user = await database.NewUser();
        await database.UseInThePast(user.Id, months: 1);
        await using var connection = await database.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);

        async Task<object?> Run(string sql)
        {
#pragma warning disable CA2100 // The statements are the test's own.
            await using var command = new NpgsqlCommand(sql, connection, transaction);
#pragma warning restore CA2100
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }

        await Run($$"""select set_config('request.jwt.claims', '{"sub":"{{user.Id}}","role":"authenticated"}', true)""");
        await Run("select chatbot.begin_erasure()");
        await Run("select chatbot.erase_texts(10)");
        Assert.Equal(false, await Run("select chatbot.erase_usage()"));
        await Run($"insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost) values ('{user.Id}', '2025-03-01Z', '2025-04-01Z', 5, 0.5)");
        await Run($"insert into billing.usage_daily (user_id, day, model, purpose, payer, calls, output_tokens, cost) values ('{user.Id}', '2025-03-05', 'gpt-4o', 'answer', 'platform', 1, 5, 0.5)");
        Assert.Equal(false, await Run("select chatbot.erase_usage()"));
        Assert.Equal(true, await Run("select chatbot.erase_usage()"));

        const string moved = "where user_id = (select new_id from chatbot.erasures)";
        Assert.Equal("35 0.625", await Run($"select tokens || ' ' || trim_scale(cost) from billing.usage_periods {moved}"));
        Assert.Equal("2 25 0.625", await Run($"select calls || ' ' || output_tokens || ' ' || trim_scale(cost) from billing.usage_daily {moved}"));
    }

    [Fact]
    public async Task A_chat_of_more_messages_than_one_statement_erases_goes_too_and_nobody_elses()
    {
        var (user, neighbour) = (await stack.NewUser(), await stack.NewUser());
        var (chat, theirs) = (await user.NewChat(), await neighbour.NewChat());
        await stack.Execute(
            "insert into public.messages (chat_id, user_id, role, content) select $1, $2, 'user', 'x' from generate_series(1, 12000)", Guid.Parse(chat), user.Id);

        await user.Erase();

        Assert.Equal("", await stack.Scalar<string>(TablesWith, user.Id.ToString()));
        (await neighbour.Get($"/api/chats/{theirs}")).Is(HttpStatusCode.OK);
    }

    /// <summary>The statements of a user, and reports of months.</summary>
    private static async Task<string[]> Read(TestUser finance, Guid user, string[] reports)
    {
        var statements = (await finance.Get($"/api/billing/users/{user}/statements?limit=100")).Is(HttpStatusCode.OK).Body;
        var texts = await Task.WhenAll(reports.Select(report => finance.Get($"/api/billing/periods/{report}")));
        return [statements, .. texts.Select(text => text.Is(HttpStatusCode.OK).Body)];
    }

    /// <summary>Users are listed by their ids, so that a new id may change places.</summary>
    private static string Sorted(string report, Guid user) =>
        string.Join('\n', report.Replace(user.ToString(), "THE USER", StringComparison.Ordinal).Split('{', '}', '\n').Select(part => part.Trim('[', ']', ',', '\r'))
            .Order(StringComparer.Ordinal));

    private Task<Guid> NewIdOf(Guid completion) => stack.Scalar<Guid>("select user_id from billing.usage_events where completion_id = $1", completion);

    /// <summary>All that the ledger and its totals say of a user, but whose it is.</summary>
    private async Task<string> Sums(Guid user) => (await stack.Scalar<string>(
        """
        select concat_ws(
          E'\\n',
          (select string_agg((to_jsonb(e) - 'user_id')::text, ' ' order by e.id) from billing.usage_events e where e.user_id = $1),
          (select string_agg((to_jsonb(p) - 'user_id' - 'updated_at')::text, ' ' order by p.period_start) from billing.usage_periods p where p.user_id = $1),
          (select string_agg((to_jsonb(d) - 'user_id')::text, ' ' order by d.day, d.model, d.payer) from billing.usage_daily d where d.user_id = $1)
        )
        """,
        user))!;
}
