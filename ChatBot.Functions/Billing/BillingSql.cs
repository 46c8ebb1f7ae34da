namespace ChatBot.Functions.Billing;

public static class BillingSql
{
    private const string SelectPlan = """
        select p.id, p.name, p.is_default, p.token_cap, p.cost_cap, p.own_key_token_cap, p.daily_token_cap, p.daily_cost_cap,
          p.period_anchor_day::integer, p.requests_per_minute, p.concurrent_streams, p.max_output_tokens, p.models_allowed, p.stops_at_cap
        from billing.plans p
        """;

    public const string Plans = $"""
        {SelectPlan}
        order by p.id
        """;

    public const string Plan = $"""
        {SelectPlan}
        where p.id = $1
        """;

    public const string PutPlan = """
        insert into billing.plans (
          id, name, token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, period_anchor_day, requests_per_minute,
          concurrent_streams, max_output_tokens, models_allowed, stops_at_cap
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict (id) do update
        set name = excluded.name,
            token_cap = excluded.token_cap,
            cost_cap = excluded.cost_cap,
            own_key_token_cap = excluded.own_key_token_cap,
            daily_token_cap = excluded.daily_token_cap,
            daily_cost_cap = excluded.daily_cost_cap,
            period_anchor_day = excluded.period_anchor_day,
            requests_per_minute = excluded.requests_per_minute,
            concurrent_streams = excluded.concurrent_streams,
            max_output_tokens = excluded.max_output_tokens,
            models_allowed = excluded.models_allowed,
            stops_at_cap = excluded.stops_at_cap
        """;

    public const string MakeDefault = "select billing.make_default($1)";

    public const string UserPlan = """
        select u.plan_id, u.token_cap, u.cost_cap, u.own_key_token_cap, u.daily_token_cap, u.daily_cost_cap, u.period_anchor_day::integer,
          u.requests_per_minute, u.concurrent_streams, u.max_output_tokens, u.blocked_reason
        from billing.user_plans u
        where u.user_id = $1
        """;

    public const string PutUserPlan = """
        insert into billing.user_plans (
          user_id, plan_id, token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, period_anchor_day, requests_per_minute,
          concurrent_streams, max_output_tokens, blocked_reason
        )
        select $1, p.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
        from billing.plans p
        where p.id = $2
        on conflict (user_id) do update
        set plan_id = excluded.plan_id,
            token_cap = excluded.token_cap,
            cost_cap = excluded.cost_cap,
            own_key_token_cap = excluded.own_key_token_cap,
            daily_token_cap = excluded.daily_token_cap,
            daily_cost_cap = excluded.daily_cost_cap,
            period_anchor_day = excluded.period_anchor_day,
            requests_per_minute = excluded.requests_per_minute,
            concurrent_streams = excluded.concurrent_streams,
            max_output_tokens = excluded.max_output_tokens,
            blocked_reason = excluded.blocked_reason
        """;

    public const string Prices = """
        select m.id, m.model, m.valid_from, m.input, m.cached_input, m.output, m.reasoning, m.currency
        from billing.model_prices m
        order by m.model, m.valid_from desc
        """;

    public const string AddPrice = """
        insert into billing.model_prices as m (id, model, valid_from, input, cached_input, output, reasoning, currency)
        values ($1, $2, coalesce($3, now()), $4, $5, $6, $7, $8)
        returning m.id, m.model, m.valid_from, m.input, m.cached_input, m.output, m.reasoning, m.currency
        """;

    public const string DeploymentLimits = """
        select l.token_cap, l.cost_cap, l.requests_per_minute, l.concurrent_streams
        from billing.deployment_limits l
        """;

    public const string LimitDeployment = "select billing.limit_deployment($1, $2, $3, $4)";

    public const string Statements = """
        select s.period_start, encode(s.content_hash, 'hex'),
          s.content_hash = billing.hash_of(s.body) and s.body = billing.statement_of(s.user_id, s.period_start), s.created_at, s.body::text
        from billing.statements s
        where s.user_id = $1 and s.period_start < $2
        order by s.period_start desc
        limit $3
        """;

    public const string DeadLetters = """
        select d.id, d.queue, d.message_id, d.body, d.dequeue_count, d.created_at, d.redriven_at
        from chatbot.dead_letters d
        where (d.created_at, d.id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        order by d.created_at desc, d.id desc
        limit $3 + 1
        """;

    public const string DeadLetter = """
        select d.id, d.queue, d.message_id, d.body, d.dequeue_count, d.created_at, d.redriven_at
        from chatbot.dead_letters d
        where d.id = $1
        """;

    public const string MarkRedriven = """
        update chatbot.dead_letters
        set redriven_at = clock_timestamp()
        where id = $1
        """;

    /// <summary>
    /// A page of the periods that begin in a month, in the order of the index. The rest of one moment and what comes after it are
    /// asked for apart, and each statement for itself: of both at once the planner expects so little that it may read them all.
    /// </summary>
    public const string ReportedPeriods = """
        select p.user_id, p.period_start, p.period_end, p.status, p.tokens, p.cost, p.own_key_tokens, s.hash
        from (
          (
            select n.user_id, n.period_start, n.period_end, n.status, n.tokens, n.cost, n.own_key_tokens
            from billing.usage_periods n
            where n.period_start = $2 and n.user_id > $3
            order by n.user_id
            limit $4
          )
          union all
          (
            select n.user_id, n.period_start, n.period_end, n.status, n.tokens, n.cost, n.own_key_tokens
            from billing.usage_periods n
            where n.period_start > $2 and n.period_start < $1
            order by n.period_start, n.user_id
            limit $4
          )
          order by period_start, user_id
          limit $4
        ) p
        left join lateral (
          select encode(s.content_hash, 'hex') as hash
          from billing.statements s
          where s.period_start = p.period_start and s.user_id = p.user_id
          offset 0
        ) s on true
        order by p.period_start, p.user_id
        """;

    /// <summary>The totals of one day.</summary>
    public const string ReportedDay = """
        select d.model, d.purpose, d.payer, sum(d.calls)::bigint, sum(d.input_tokens)::bigint, sum(d.cached_input_tokens)::bigint,
          sum(d.output_tokens)::bigint, sum(d.reasoning_tokens)::bigint, sum(d.cost)
        from billing.usage_daily d
        where d.day = $1
        group by d.model, d.purpose, d.payer
        order by d.model, d.purpose, d.payer
        """;

    public const string Currency = """
        select m.currency
        from billing.model_prices m
        limit 1
        """;
}
