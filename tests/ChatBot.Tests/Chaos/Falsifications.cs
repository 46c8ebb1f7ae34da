namespace ChatBot.Tests.Chaos;

/// <summary>Statements that falsify one thing each, and all that would give it away elsewhere with it.</summary>
internal static class Falsifications
{
    public const string MessageDropped = """
        with dropped as (
          delete from public.messages
          where id = (
            select m.id
            from public.messages m
            where m.role = 'user'
            order by m.seq
            limit 1
          )
          returning id
        )
        update chatbot.completions c
        set prompt_message_ids = array_remove(c.prompt_message_ids, d.id),
            user_message_id = nullif(c.user_message_id, d.id)
        from dropped d
        where d.id = any (c.prompt_message_ids);
        """;

    public const string MessageChanged = """
        update public.messages
        set content = content || ' or so'
        where id = (select m.id from public.messages m where m.role = 'user' order by m.seq limit 1);
        """;

    public const string AnswerStreaming = """
        update public.messages
        set status = 'streaming'
        where id = (select m.id from public.messages m where m.role = 'assistant' order by m.seq limit 1);
        """;

    public const string CompletionLive = """
        update chatbot.completions
        set state = 'streaming',
            ended_at = null,
            persisted_at = null,
            recorded_at = null
        where id = (
          select c.id
          from chatbot.completions c
          where not exists (select from chatbot.completions l where l.chat_id = c.chat_id and l.created_at > c.created_at)
          order by c.created_at desc
          limit 1
        );
        """;

    public const string AnswersTruncated = """
        update public.messages
        set content = left(content, -5)
        where role = 'assistant' and status = 'complete';
        """;

    public const string AnswersHolesInTheMiddle = """
        update public.messages
        set content = overlay(content placing '' from 5 for 7)
        where role = 'assistant' and status = 'complete';
        """;

    public const string MessageDoubled = """
        insert into public.messages (id, chat_id, user_id, role, content, token_bound)
        select gen_random_uuid(), m.chat_id, m.user_id, m.role, m.content, m.token_bound
        from public.messages m
        where m.role = 'user'
        order by m.seq
        limit 1;
        """;

    public const string LedgerRowDoubled = LedgerUnlocked + """
        with doubled as (
          insert into billing.usage_events (
            id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
            reasoning_tokens, price_id, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, cost, currency, quality, payer, period_start, day, occurred_at
          )
          select gen_random_uuid(), e.completion_id, e.attempt + 1, e.user_id, e.chat_id, e.purpose, e.model, e.input_tokens,
            e.cached_input_tokens, e.cache_write_tokens, e.output_tokens, e.reasoning_tokens, e.price_id, e.input_rate, e.cached_input_rate, e.cache_write_rate, e.output_rate,
            e.reasoning_rate, e.cost, e.currency, e.quality, e.payer, e.period_start, e.day, e.occurred_at
          from billing.usage_events e
          where e.quality = 'reported' and e.payer = 'platform'
          order by e.occurred_at
          limit 1
          returning *
        ),
        untold as (
          update public.messages m
          set receipt = null
          from doubled d
          where m.id = d.completion_id
        ),
        counted as (
          update billing.usage_periods p
          set tokens = p.tokens + d.input_tokens + d.output_tokens,
              cost = p.cost + d.cost
          from doubled d
          where p.user_id = d.user_id and p.period_start = d.period_start
        )
        update billing.usage_daily y
        set calls = y.calls + 1,
            input_tokens = y.input_tokens + d.input_tokens,
            cached_input_tokens = y.cached_input_tokens + d.cached_input_tokens,
            cache_write_tokens = y.cache_write_tokens + d.cache_write_tokens,
            output_tokens = y.output_tokens + d.output_tokens,
            reasoning_tokens = y.reasoning_tokens + d.reasoning_tokens,
            cost = y.cost + d.cost
        from doubled d
        where y.user_id = d.user_id and y.model = d.model and y.purpose = d.purpose and y.payer = d.payer
          and y.day = (d.occurred_at at time zone 'UTC')::date;
        """;

    public const string LedgerRowLost = LedgerUnlocked + """
        with lost as (
          delete from billing.usage_events
          where id = (select e.id from billing.usage_events e where e.payer = 'platform' order by e.occurred_at limit 1)
          returning *
        ),
        untold as (
          update public.messages m
          set receipt = null
          from lost l
          where m.id = l.completion_id
        ),
        counted as (
          update billing.usage_periods p
          set tokens = p.tokens - l.input_tokens - l.output_tokens,
              cost = p.cost - l.cost
          from lost l
          where p.user_id = l.user_id and p.period_start = l.period_start
        )
        update billing.usage_daily y
        set calls = y.calls - 1,
            input_tokens = y.input_tokens - l.input_tokens,
            cached_input_tokens = y.cached_input_tokens - l.cached_input_tokens,
            cache_write_tokens = y.cache_write_tokens - l.cache_write_tokens,
            output_tokens = y.output_tokens - l.output_tokens,
            reasoning_tokens = y.reasoning_tokens - l.reasoning_tokens,
            cost = y.cost - l.cost
        from lost l
        where y.user_id = l.user_id and y.model = l.model and y.purpose = l.purpose and y.payer = l.payer
          and y.day = (l.occurred_at at time zone 'UTC')::date;
        """;

    public const string OutputRaised = LedgerUnlocked + """
        with raised as (
          update billing.usage_events
          set output_tokens = output_tokens + 100
          where id = (
            select e.id
            from billing.usage_events e
            where e.quality = 'reported' and e.payer = 'platform'
            order by e.occurred_at
            limit 1
          )
          returning *
        ),
        untold as (
          update public.messages m
          set receipt = null
          from raised r
          where m.id = r.completion_id
        ),
        counted as (
          update billing.usage_periods p
          set tokens = p.tokens + 100
          from raised r
          where p.user_id = r.user_id and p.period_start = r.period_start
        )
        update billing.usage_daily y
        set output_tokens = y.output_tokens + 100
        from raised r
        where y.user_id = r.user_id and y.model = r.model and y.purpose = r.purpose and y.payer = r.payer
          and y.day = (r.occurred_at at time zone 'UTC')::date;
        """;

    public const string ReceiptLowered = """
        update public.messages
        set receipt = receipt || '{"cost": 0.00000001}'
        where id = (select m.id from public.messages m where m.receipt is not null order by m.seq limit 1);
        """;

    public const string CapOvershot = """
        update billing.user_plans u
        set token_cap = p.tokens - 1
        from billing.usage_periods p
        where p.user_id = u.user_id and p.tokens > 0;
        """;

    public const string TotalRaised = "update billing.usage_periods set tokens = tokens + 1;";

    public const string DayRaised = "update billing.usage_daily set output_tokens = output_tokens + 1;";

    public const string ReservationLeft = """
        insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
        select c.id, c.user_id, c.period_start, c.payer, 1, 0, now()
        from chatbot.completions c
        limit 1;
        """;

    public const string OwnerSwapped = """
        set local session_replication_role = replica;
        update public.messages m
        set user_id = (select c.user_id from public.chats c where c.user_id <> m.user_id limit 1)
        where m.id = (select a.id from public.messages a where a.role = 'assistant' order by a.content like '%u%u%', a.id limit 1);
        """;

    public const string ValidDeadLetter = """
        insert into chatbot.dead_letters (queue, message_id, body)
        select 'usage-events-poison', 'valid', json_build_object('version', 1, 'completionId', c.id)::text
        from chatbot.completions c
        limit 1;
        """;

    public const string PromptOutOfOrder = """
        update chatbot.completions
        set prompt_message_ids = prompt_message_ids || id
        where id = (select m.id from public.messages m where m.role = 'assistant' order by m.seq limit 1);
        """;

    public const string IndexDropped = "drop index chatbot.completions_one_live_per_chat;";

    private const string LedgerUnlocked = """
        alter table billing.usage_events disable trigger usage_events_append_only;

        """;
}
