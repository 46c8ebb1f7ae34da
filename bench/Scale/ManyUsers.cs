using Npgsql;

namespace ChatBot.Scale;

/// <summary>
/// Fills a migrated database with so many users and so many calls of each in the last whole month, with chats, messages, totals and
/// statements; some users have months before, the last of which is still to be closed for some.
/// </summary>
public static class ManyUsers
{
    // Users are known by their numbers: the id of the n-th.
    private const string Functions = """
        create schema scale;

        create function scale.user_id(n bigint)
        returns uuid
        language sql
        immutable
        return md5('user ' || n)::uuid;

        create function scale.month(p_ago integer)
        returns timestamptz
        language sql
        stable
        return date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - make_interval(months => p_ago);
        """;

    // Filled first and indexed afterwards, which takes a fraction of the time; the definitions are those of the migrations.
    private const string DropIndexes = """
        create table scale.indexes as
        select i.indexdef, i.schemaname, i.indexname
        from pg_catalog.pg_indexes i
        where i.schemaname in ('billing', 'chatbot', 'public')
          and i.tablename in ('usage_events', 'usage_daily', 'usage_periods', 'completions', 'messages', 'chats', 'statements')
          and not exists (select from pg_catalog.pg_constraint c where c.conname = i.indexname);

        do $$
        declare
          v_index record;
        begin
          for v_index in select * from scale.indexes loop
            execute format('drop index %I.%I', v_index.schemaname, v_index.indexname);
          end loop;
        end
        $$;
        """;

    private const string CreateIndexes = """
        do $$
        declare
          v_index record;
        begin
          for v_index in select * from scale.indexes loop
            execute v_index.indexdef;
          end loop;
        end
        $$;
        """;

    private const string Users = """
        insert into auth.users (id, email)
        select scale.user_id(n), n || '@example.com'
        from generate_series(1, $1) n
        """;

    private const string Chats = """
        insert into public.chats (id, user_id, title, created_at, updated_at)
        select md5('chat ' || n)::uuid, scale.user_id(n), 'Chat ' || n, scale.month(1), scale.month(1) + n * interval '1 second'
        from generate_series(1, $1) n
        """;

    private const string Messages = """
        insert into public.messages (id, chat_id, user_id, role, content, status, model, token_bound)
        select md5(r.role || n)::uuid, md5('chat ' || n)::uuid, scale.user_id(n), r.role, 'Hello', 'complete', r.model, 5
        from generate_series(1, $1) n
        cross join (values ('user', null), ('assistant', 'gpt-4o')) r (role, model)
        """;

    private const string Completions = """
        insert into chatbot.completions (
          id, user_id, chat_id, user_message_id, state, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids,
          lease_expires_at, idempotency_key, request_fingerprint, created_at, called_at, ended_at, persisted_at, recorded_at
        )
        select md5('assistant' || n)::uuid, scale.user_id(n), md5('chat ' || n)::uuid, md5('user' || n)::uuid, 'finished', 'gpt-4o', 'platform',
          scale.month(1), p.id, 100, 100, array[md5('user' || n)::uuid], scale.month(1), 'key ' || n, '\x00', scale.month(1), scale.month(1),
          scale.month(1), scale.month(1), scale.month(1)
        from generate_series(1, $1) n
        cross join billing.price_of('gpt-4o', now()) p
        """;

    // One user of a hundred has an answer that is being written.
    private const string Live = """
        with live as (
          insert into chatbot.completions (
            id, user_id, chat_id, state, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids,
            lease_expires_at, created_at, called_at
          )
          select gen_random_uuid(), scale.user_id(n * 100), gen_random_uuid(), 'streaming', 'gpt-4o', 'platform', scale.month(0), p.id, 100, 100, '{}',
            now() + interval '1 day', now(), now()
          from generate_series(1, $1 / 100) n
          cross join billing.price_of('gpt-4o', now()) p
          returning *
        ),
        drafted as (
          insert into chatbot.completion_deltas (completion_id, seq, text)
          select l.id, s, 'Hello'
          from live l
          cross join generate_series(0, 20, 5) s
        ),
        reserved as (
          insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
          select l.id, l.user_id, l.period_start, l.payer, 200, 0.01, now() + interval '1 day'
          from live l
        )
        insert into billing.usage_periods (user_id, period_start, period_end)
        select l.user_id, l.period_start, billing.period_end(l.period_start)
        from live l
        """;

    // One user of ten has reached a cap in the last thirty days, and is refused on each day.
    private const string Refused = """
        with reached as (
          insert into billing.reached_caps (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used)
          select scale.user_id(n * 10), 'tokens', scale.month(0), billing.period_end(scale.month(0)), now() - random() * interval '30 days', 1000000, 999999
          from generate_series(1, $1 / 10) n
          returning user_id
        )
        insert into billing.refusals (user_id, day, kind, cap, count, first_at, last_at)
        select r.user_id, d.day::date, 'cap', 'tokens', 3, d.day, d.day + interval '1 hour'
        from reached r
        cross join generate_series(now() - interval '30 days', now(), interval '1 day') d (day)
        """;

    // Day by day, as it comes to be; three calls on each of a user's days.
    private const string Ledger = """
        insert into billing.usage_events (
          id, completion_id, attempt, user_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, price_id, cost,
          currency, quality, payer, period_start, occurred_at, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, day
        )
        select gen_random_uuid(), gen_random_uuid(), 1, scale.user_id(n), 'answer', p.model, 100, 0, 0, 50, 0, p.id, billing.cost_of(p, 100, 0, 0, 50, 0),
          'USD', 'reported', 'platform', scale.month(1), d.at + e * interval '1 minute', p.input, p.cached_input, p.cache_write, p.output, p.reasoning,
          (d.at at time zone 'UTC')::date
        from generate_series(0, 27) day
        cross join lateral (values (scale.month(1) + day * interval '1 day')) d (at)
        cross join billing.price_of(case day % 2 when 0 then 'gpt-4o' else 'gpt-4o-mini' end, now()) p
        cross join generate_series(1, $2) e
        cross join generate_series(1 + (28 + day - 1 - e / 3 * 7 % 28) % 28, $1, 28) n
        """;

    private const string Before = """
        insert into billing.usage_events (
          id, completion_id, attempt, user_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, price_id, cost,
          currency, quality, payer, period_start, occurred_at, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, day
        )
        select gen_random_uuid(), gen_random_uuid(), 1, scale.user_id(n), 'answer', p.model, 100, 0, 0, 50, 0, p.id, billing.cost_of(p, 100, 0, 0, 50, 0),
          'USD', 'reported', 'platform', scale.month(ago), scale.month(ago) + e * interval '1 day', p.input, p.cached_input, p.cache_write, p.output, p.reasoning,
          ((scale.month(ago) + e * interval '1 day') at time zone 'UTC')::date
        from generate_series(2, 5) ago
        cross join generate_series(1, $1 / 50) n
        cross join generate_series(1, 10) e
        cross join billing.price_of('gpt-4o', now()) p
        """;

    private const string Daily = """
        insert into billing.usage_daily (user_id, day, model, purpose, payer, calls, input_tokens, output_tokens, cost)
        select e.user_id, e.day, e.model, e.purpose, e.payer, count(*), sum(e.input_tokens), sum(e.output_tokens), sum(e.cost)
        from billing.usage_events e
        group by e.day, e.user_id, e.model, e.purpose, e.payer
        order by e.day
        """;

    private const string Periods = """
        insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost, status)
        select e.user_id, e.period_start, billing.period_end(e.period_start), sum(e.input_tokens + e.output_tokens), sum(e.cost),
          case e.period_start when scale.month(2) then 'open' else 'closed' end
        from billing.usage_events e
        group by e.user_id, e.period_start
        """;

    private const string Statements = """
        insert into billing.statements (user_id, period_start, body, content_hash)
        select p.user_id, p.period_start, b.body, billing.hash_of(b.body)
        from billing.usage_periods p
        cross join lateral (values (jsonb_build_object('tokens', p.tokens, 'cost', p.cost))) b (body)
        where p.status = 'closed'
        """;

    public static async Task FillAsync(NpgsqlDataSource database, int users, int callsOfEach, Action<string> report, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await RunAsync("functions", Functions);
        // Triggers stand for what a row is when it is written by the program.
        await RunAsync("settings", "set session_replication_role = replica; set maintenance_work_mem = '512MB'; set work_mem = '256MB'; set synchronous_commit = off");
        await RunAsync("indexes put aside", DropIndexes);
        await RunAsync("users", Users, users);
        await RunAsync("chats", Chats, users);
        await RunAsync("messages", Messages, users);
        await RunAsync("completions", Completions, users);
        await RunAsync("ledger", Ledger, users, callsOfEach);
        await RunAsync("ledger of months before", Before, users);
        await RunAsync("days", Daily);
        await RunAsync("periods", Periods);
        await RunAsync("statements", Statements);
        await RunAsync("live answers", Live, users);
        await RunAsync("refusals", Refused, users);
        await RunAsync("indexes", CreateIndexes);
        await RunAsync("vacuum", "vacuum analyze");
        await RunAsync("settings again", "reset all");

        async Task RunAsync(string what, string sql, params object[] parameters)
        {
            var start = TimeProvider.System.GetTimestamp();
#pragma warning disable CA2100 // One of the constants above.
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
            foreach (var parameter in parameters)
            {
                command.Parameters.Add(new() { Value = parameter });
            }

            var rows = await command.ExecuteNonQueryAsync(cancellationToken);
            report($"{what}: {Math.Max(rows, 0):N0} rows, {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0} s");
        }
    }
}
