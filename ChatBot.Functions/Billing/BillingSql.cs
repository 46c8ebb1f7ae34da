namespace ChatBot.Functions.Billing;

public static class BillingSql
{
    public const string Prices = """
        select m.id, m.model, m.valid_from, m.input, m.cached_input, m.cache_write, m.output, m.reasoning, m.currency
        from billing.model_prices m
        order by m.model, m.valid_from desc
        """;

    public const string AddPrice = """
        insert into billing.model_prices as m (id, model, valid_from, input, cached_input, cache_write, output, reasoning, currency)
        values ($1, $2, coalesce($3, now()), $4, $5, $6, $7, $8, $9)
        returning m.id, m.model, m.valid_from, m.input, m.cached_input, m.cache_write, m.output, m.reasoning, m.currency
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
        limit $3 + 1
        """;

    public const string DeadLetters = """
        select d.id, d.queue, d.message_id, d.body, d.attempts, d.last_error, d.created_at, d.redriven_at
        from chatbot.dead_letters d
        where (d.created_at, d.id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        order by d.created_at desc, d.id desc
        limit $3 + 1
        """;

    public const string DeadLetter = """
        select d.id, d.queue, d.message_id, d.body, d.attempts, d.last_error, d.created_at, d.redriven_at
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
          sum(d.cache_write_tokens)::bigint, sum(d.output_tokens)::bigint, sum(d.reasoning_tokens)::bigint, sum(d.cost)
        from billing.usage_daily d
        where d.day = $1
        group by d.model, d.purpose, d.payer
        order by d.model, d.purpose, d.payer
        """;

    public const string ClosePeriods = "select billing.close_periods($1, $2, $3)";

    public const string ArchivePeriod = "select billing.archive_period($1, $2, $3)";

    private const string SelectArchived = "select to_char(a.month, 'YYYY-MM'), a.files::text, a.archived_at from billing.archived_periods a";

    public const string ArchivedPeriods = $"""
        {SelectArchived}
        where a.month < coalesce($1::timestamptz at time zone 'UTC', 'infinity')
        order by a.month desc
        limit $2 + 1
        """;

    public const string ArchivedPeriod = $"{SelectArchived} where a.month = $1";

    public const string Currency = """
        select m.currency
        from billing.model_prices m
        limit 1
        """;
}
