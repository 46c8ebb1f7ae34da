namespace ChatBot.EndToEndTests.Year;

/// <summary>Statements that falsify one thing each, and all that would give it away elsewhere with it.</summary>
internal static class FalsifiedYears
{
    public const string PeriodReopened = """
        update billing.usage_periods
        set status = 'open'
        where (user_id, period_start) = (select p.user_id, p.period_start from billing.usage_periods p limit 1);
        """;

    public const string StatementRaised = StatementsUnlocked + """
        update billing.statements
        set body = jsonb_set(body, '{lines,0,outputTokens}', to_jsonb((body #>> '{lines,0,outputTokens}')::integer + 1))
        where (user_id, period_start) = (
          select s.user_id, s.period_start
          from billing.statements s
          where s.body #> '{lines,0}' is not null and s.body -> 'adjustments' = '[]'
          limit 1
        );

        update billing.statements
        set content_hash = billing.hash_of(body);
        """;

    public const string StatementLost = StatementsUnlocked + """
        delete from billing.statements
        where (user_id, period_start) = (select s.user_id, s.period_start from billing.statements s where s.body -> 'adjustments' = '[]' limit 1);
        """;

    public const string DayRaised = """
        update billing.usage_daily
        set output_tokens = output_tokens + 1
        where (user_id, day) = (select d.user_id, d.day from billing.usage_daily d limit 1);
        """;

    public const string PeriodRaised = """
        update billing.usage_periods
        set cost = cost + 0.0000000001
        where (user_id, period_start) = (select p.user_id, p.period_start from billing.usage_periods p limit 1);
        """;

    public const string DeploymentRaised = "update billing.deployment_periods set tokens = tokens - 1;";

    /// <summary>A token less of a reported output, with its statement and all totals.</summary>
    public const string OutputLowered = LedgerUnlocked + StatementsUnlocked + """
        create temporary table lowered on commit drop as
        select e.*, -0.000001 * e.output_rate as saved
        from billing.usage_events e
        where e.quality = 'reported' and e.payer = 'platform' and e.output_tokens > e.reasoning_tokens
          and not exists (select from billing.deployment_periods d where d.period_start = date_trunc('month', e.day::timestamp) at time zone 'UTC')
        order by e.output_tokens
        limit 1;

        update billing.usage_events e
        set output_tokens = e.output_tokens - 1,
            cost = e.cost + l.saved
        from lowered l
        where e.id = l.id;

        update billing.usage_periods p
        set tokens = p.tokens - 1,
            cost = p.cost + l.saved
        from lowered l
        where p.user_id = l.user_id and p.period_start = l.period_start;

        update billing.usage_daily d
        set output_tokens = d.output_tokens - 1,
            cost = d.cost + l.saved
        from lowered l
        where (d.user_id, d.day, d.model, d.purpose, d.payer) = (l.user_id, l.day, l.model, l.purpose, l.payer);

        update billing.statements s
        set body = billing.statement_of(s.user_id, s.period_start),
            content_hash = billing.hash_of(billing.statement_of(s.user_id, s.period_start))
        from lowered l
        where s.user_id = l.user_id and s.period_start = l.period_start;
        """;

    public const string CostRaised = LedgerUnlocked + StatementsUnlocked + """
        create temporary table raised on commit drop as
        select e.*
        from billing.usage_events e
        where e.payer = 'platform'
          and not exists (select from billing.deployment_periods d where d.period_start = date_trunc('month', e.day::timestamp) at time zone 'UTC')
        order by e.cost
        limit 1;

        update billing.usage_events e
        set cost = e.cost + 0.0000000001
        from raised r
        where e.id = r.id;

        update billing.usage_periods p
        set cost = p.cost + 0.0000000001
        from raised r
        where p.user_id = r.user_id and p.period_start = r.period_start;

        update billing.usage_daily d
        set cost = d.cost + 0.0000000001
        from raised r
        where (d.user_id, d.day, d.model, d.purpose, d.payer) = (r.user_id, r.day, r.model, r.purpose, r.payer);

        update billing.statements s
        set body = billing.statement_of(s.user_id, s.period_start),
            content_hash = billing.hash_of(billing.statement_of(s.user_id, s.period_start))
        from raised r
        where s.user_id = r.user_id and s.period_start = r.period_start;
        """;

    public const string RateRaised = LedgerUnlocked + """
        update billing.usage_events
        set output_rate = output_rate + 0.01
        where id = (select e.id from billing.usage_events e limit 1);
        """;

    public const string PeriodOverlapping = """
        update billing.usage_periods p
        set period_end = p.period_end + interval '1 day'
        where (p.user_id, p.period_start) = (
          select b.user_id, b.period_start
          from billing.usage_periods b
          join billing.usage_periods n on n.user_id = b.user_id and n.period_start = b.period_end
          join billing.statements s on s.user_id = b.user_id and s.period_start = b.period_start
          limit 1
        );
        """;

    public const string DayMoved = LedgerUnlocked + """
        with moved as (
          update billing.usage_events
          set day = day + 1
          where id = (
            select e.id
            from billing.usage_events e
            join billing.usage_daily d using (user_id, day, model, purpose, payer)
            where d.calls = 1 and extract(day from e.day) < 20
              and not exists (select from billing.usage_events n where n.user_id = e.user_id and n.day = e.day + 1)
              and not exists (select from billing.usage_events n where n.user_id = e.user_id and n.day = e.day and n.id <> e.id)
            limit 1
          )
          returning *
        )
        update billing.usage_daily d
        set day = m.day
        from moved m
        where d.user_id = m.user_id and d.day = m.day - 1;
        """;

    public const string AdjustmentsForgotten = StatementsUnlocked + """
        update billing.statements
        set body = jsonb_set(body, '{adjustments}', '[]'),
            content_hash = billing.hash_of(jsonb_set(body, '{adjustments}', '[]'))
        where body -> 'adjustments' <> '[]';
        """;

    public const string HashChanged = StatementsUnlocked + """
        update billing.statements
        set content_hash = sha256(content_hash)
        where (user_id, period_start) = (select s.user_id, s.period_start from billing.statements s limit 1);
        """;

    public const string WarningLost = """
        delete from billing.usage_alerts
        where (user_id, facts ->> 'cap', facts ->> 'periodStart') = (
          select a.user_id, a.facts ->> 'cap', a.facts ->> 'periodStart'
          from billing.usage_alerts a
          join billing.user_plans u on u.user_id = a.user_id
          join billing.usage_periods p on p.user_id = a.user_id and p.period_start = (a.facts ->> 'periodStart')::timestamptz
          where a.kind in ('cap_warning', 'cap_reached') and a.facts ->> 'cap' not like 'daily%' and u.updated_at = u.created_at
            and (a.facts ->> 'used')::numeric >= 0.8 * (a.facts ->> 'limit')::numeric
          limit 1
        );
        """;

    public const string WarningTooMuch = """
        insert into billing.usage_alerts (alert_key, kind, user_id, facts)
        select 'false', 'cap_warning', p.user_id, jsonb_build_object('cap', 'tokens', 'percent', 80, 'periodStart', p.period_start)
        from billing.usage_periods p
        order by p.tokens
        limit 1;
        """;

    public const string WarningRepeated = """
        insert into billing.usage_alerts (alert_key, kind, user_id, facts)
        select 'again', a.kind, a.user_id, a.facts
        from billing.usage_alerts a
        where a.kind = 'cap_reached' and a.user_id is not null
        limit 1;
        """;

    public const string ReachedTooMuch = """
        insert into billing.usage_alerts (alert_key, kind, user_id, facts)
        select 'false', 'cap_reached', d.user_id, jsonb_build_object('cap', 'daily_tokens', 'periodStart', d.day::timestamp at time zone 'UTC')
        from billing.usage_daily d
        where d.payer = 'platform' and d.input_tokens + d.output_tokens < 100
          and not exists (select from billing.refusals r where r.user_id = d.user_id)
        limit 1;
        """;

    public const string DayUntold = """
        delete from billing.usage_alerts
        where facts ->> 'cap' = 'daily_tokens' and kind in ('cap_warning', 'cap_reached');
        """;

    public const string RefusalUntold = """
        insert into billing.refusals (user_id, day, kind, cap, count, first_at, last_at)
        select p.user_id, (p.period_start at time zone 'UTC')::date, 'cap', 'own_key_tokens', 1, p.period_start, p.period_start
        from billing.usage_periods p
        where not exists (select from billing.usage_alerts a where a.user_id = p.user_id)
        limit 1;
        """;

    private const string LedgerUnlocked = "alter table billing.usage_events disable trigger usage_events_append_only;";

    private const string StatementsUnlocked = "alter table billing.statements disable trigger statements_append_only;";
}
