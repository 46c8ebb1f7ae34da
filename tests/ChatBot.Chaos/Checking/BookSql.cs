namespace ChatBot.Chaos.Checking;

internal static class BookSql
{
    public const string Chats = """
        select c.id, c.user_id
        from public.chats c
        """;

    public const string Messages = """
        select m.id, m.chat_id, m.user_id, m.seq, m.role, m.content, m.status, m.superseded_by, m.created_at, m.updated_at,
          m.receipt::text
        from public.messages m
        order by m.seq
        """;

    public const string Completions = """
        select c.id, c.user_id, c.chat_id, c.user_message_id, c.state, c.attempt, c.prompt_bound, c.prompt_message_ids, c.created_at, c.ended_at,
          c.persisted_at is not null, c.recorded_at is not null, c.lease_epoch > 2
        from chatbot.completions c
        order by c.created_at
        """;

    public const string Attempts = """
        select c.id, c.id
        from chatbot.completions c
        union
        select c.attempt_id, c.id
        from chatbot.completions c
        where c.attempt_id is not null
        union
        select a.id, a.completion_id
        from chatbot.abandoned_attempts a
        """;

    public const string Ledger = """
        select e.id, e.completion_id, e.attempt, e.user_id, e.purpose, e.model, e.input_tokens, e.cached_input_tokens, e.cache_write_tokens,
          e.output_tokens, e.reasoning_tokens, e.cost, e.quality, e.payer, e.period_start, e.day
        from billing.usage_events e
        """;

    public const string Reservations = """
        select r.completion_id, r.user_id
        from billing.usage_reservations r
        """;

    public const string Periods = """
        select p.user_id, p.period_start, p.tokens, p.cost, p.own_key_tokens, l.token_cap, l.cost_cap, l.own_key_token_cap
        from billing.usage_periods p
        cross join lateral billing.limits_of(p.user_id) l
        """;

    public const string Daily = """
        select d.user_id, d.day, d.model, d.purpose, d.payer, d.calls, d.input_tokens, d.cached_input_tokens, d.cache_write_tokens,
          d.output_tokens, d.reasoning_tokens, d.cost
        from billing.usage_daily d
        """;

    public const string DeadLetters = """
        select l.id, l.queue, l.body
        from chatbot.dead_letters l
        """;

    public const string Drafts = """
        select distinct d.completion_id
        from chatbot.completion_deltas d
        """;

    public const string OneLiveIndex = """
        select exists (
          select
          from pg_catalog.pg_index i
          where i.indexrelid = to_regclass('chatbot.completions_one_live_per_chat') and i.indisunique and i.indisvalid
        )
        """;
}
