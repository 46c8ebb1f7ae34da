namespace ChatBot.Year.Checking;

internal static class YearBookSql
{
    public const string Ledger = """
        select e.id, e.completion_id, e.attempt, e.user_id, e.model, e.payer, e.quality, e.input_tokens, e.cached_input_tokens,
          e.cache_write_tokens, e.output_tokens, e.reasoning_tokens, e.price_id, e.input_rate, e.cached_input_rate, e.cache_write_rate, e.output_rate, e.reasoning_rate, e.cost, e.period_start, e.day,
          e.occurred_at, c.state, e.attempt = c.attempt, c.period_start
        from billing.usage_events e
        left join chatbot.completions c on c.id = e.completion_id
        order by e.occurred_at, e.recorded_at
        """;

    public const string Periods = """
        select p.user_id, p.period_start, p.period_end, p.status, p.tokens, p.cost, p.own_key_tokens
        from billing.usage_periods p
        order by p.user_id, p.period_start
        """;

    public const string Days = """
        select d.user_id, d.day, d.model, d.payer, d.calls, d.input_tokens, d.cached_input_tokens, d.cache_write_tokens, d.output_tokens, d.reasoning_tokens, d.cost
        from billing.usage_daily d
        """;

    public const string Statements = """
        select s.user_id, s.period_start, s.body::text, s.content_hash, billing.statement_of(s.user_id, s.period_start)::text
        from billing.statements s
        """;

    public const string Prices = """
        select m.id, m.model, m.valid_from, m.input, m.cached_input, m.cache_write, m.output, m.reasoning
        from billing.model_prices m
        """;

    public const string Alerts = """
        select a.user_id, a.facts ->> 'cap', a.kind, (a.facts ->> 'periodStart')::timestamptz
        from billing.usage_alerts a
        where a.kind in ('cap_warning', 'cap_reached') and a.user_id is not null
        """;

    public const string Refusals = """
        select r.user_id, r.cap, r.day
        from billing.refusals r
        where r.kind = 'cap' and r.cap not like 'deployment%'
        """;

    public const string Deployment = """
        select d.period_start, d.tokens, d.cost
        from billing.deployment_periods d
        """;

    public const string Unfinished = """
        select 'reservation of ' || r.completion_id
        from billing.usage_reservations r
        union all
        select 'completion ' || c.id
        from chatbot.completions c
        where c.recorded_at is null
        union all
        select 'period of ' || p.user_id || ' from ' || p.period_start
        from billing.usage_periods p
        where p.status <> 'closed'
        """;
}
