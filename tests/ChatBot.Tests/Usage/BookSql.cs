namespace ChatBot.Tests.Usage;

/// <summary>What must hold of the books, as statements whose rows are mistakes. Each is one look: a statement sees one moment.</summary>
public static class BookSql
{
    /// <summary>
    /// Caps that are passed by what is used and reserved. What turned out higher than it was taken for after it was settled is left
    /// out: nothing could be reserved for it any more. Of the deployment what is later than $1, when its caps were set.
    /// </summary>
    public const string Overshoot = """
        with used as (
          select
            e.user_id, e.period_start, e.day, e.payer,
            e.input_tokens + e.output_tokens - case when e.quality = 'adjustment' then greatest(e.input_tokens + e.output_tokens, 0) else 0 end as tokens,
            e.cost - case when e.quality = 'adjustment' then greatest(e.cost, 0) else 0 end as cost
          from billing.usage_events e
          union all
          select r.user_id, r.period_start, (r.created_at at time zone 'UTC')::date, r.payer, r.tokens, r.cost
          from billing.usage_reservations r
        ),
        sums as (
          select
            u.user_id,
            'period ' || u.period_start as what,
            sum(u.tokens) filter (where u.payer = 'platform') as tokens,
            sum(u.cost) as cost,
            sum(u.tokens) filter (where u.payer = 'own_key') as own_tokens
          from used u
          group by u.user_id, u.period_start
        ),
        days as (
          select u.user_id, 'day ' || u.day as what, sum(u.tokens) filter (where u.payer = 'platform') as tokens, sum(u.cost) as cost
          from used u
          group by u.user_id, u.day
        ),
        months as (
          select date_trunc('month', u.day) as month, sum(u.tokens) filter (where u.payer = 'platform') as tokens, sum(u.cost) as cost
          from used u
          group by 1
        )
        select concat_ws(' ', s.what, s.tokens, l.token_cap, s.cost, l.cost_cap, s.own_tokens, l.own_key_token_cap)
        from sums s
        cross join lateral billing.limits_of(s.user_id) l
        where s.tokens > l.token_cap or s.cost > l.cost_cap or s.own_tokens > l.own_key_token_cap
        union all
        select concat_ws(' ', d.what, d.tokens, l.daily_token_cap, d.cost, l.daily_cost_cap)
        from days d
        cross join lateral billing.limits_of(d.user_id) l
        where d.tokens > l.daily_token_cap or d.cost > l.daily_cost_cap
        union all
        select concat_ws(' ', 'month', m.month, m.tokens, l.token_cap, m.cost, l.cost_cap)
        from months m
        cross join billing.deployment_limits l
        where m.month >= date_trunc('month', $1::timestamptz at time zone 'UTC') and (m.tokens > l.token_cap or m.cost > l.cost_cap)
        """;

    /// <summary>Sums that are not the ledger's, those of the deployment since $1.</summary>
    public const string Sums = """
        select 'period ' || concat_ws(' ', u, s)
        from billing.usage_periods u
        full join (
          select
            e.user_id, e.period_start,
            sum(case e.payer when 'platform' then e.input_tokens + e.output_tokens else 0 end) as tokens,
            sum(e.cost) as cost,
            sum(case e.payer when 'own_key' then e.input_tokens + e.output_tokens else 0 end) as own_tokens
          from billing.usage_events e
          group by e.user_id, e.period_start
        ) s on s.user_id = u.user_id and s.period_start = u.period_start
        where (coalesce(u.tokens, 0), coalesce(u.cost, 0), coalesce(u.own_key_tokens, 0))
          <> (coalesce(s.tokens, 0), coalesce(s.cost, 0), coalesce(s.own_tokens, 0))
        union all
        select 'day ' || concat_ws(' ', d, s)
        from billing.usage_daily d
        full join (
          select
            e.user_id, e.day, e.model, e.purpose, e.payer,
            count(*) filter (where e.quality <> 'adjustment') as calls,
            sum(e.input_tokens) as input, sum(e.cached_input_tokens) as cached, sum(e.cache_write_tokens) as written, sum(e.output_tokens) as output, sum(e.reasoning_tokens) as reasoning,
            sum(e.cost) as cost
          from billing.usage_events e
          group by e.user_id, e.day, e.model, e.purpose, e.payer
        ) s on (s.user_id, s.day, s.model, s.purpose, s.payer) = (d.user_id, d.day, d.model, d.purpose, d.payer)
        where (d.calls, d.input_tokens, d.cached_input_tokens, d.cache_write_tokens, d.output_tokens, d.reasoning_tokens, d.cost)
          is distinct from (s.calls, s.input, s.cached, s.written, s.output, s.reasoning, s.cost)
        union all
        select 'month ' || concat_ws(' ', p, s)
        from billing.deployment_periods p
        full join (
          select date_trunc('month', e.day::timestamp) at time zone 'UTC' as month, sum(e.input_tokens + e.output_tokens) as tokens, sum(e.cost) as cost
          from billing.usage_events e
          where e.payer = 'platform'
          group by 1
        ) s on s.month = p.period_start
        where coalesce(p.period_start, s.month) >= date_trunc('month', $1::timestamptz, 'UTC')
          and exists (select from billing.deployment_limits l where num_nonnulls(l.token_cap, l.cost_cap) > 0)
          and (coalesce(p.tokens, 0), coalesce(p.cost, 0)) <> (coalesce(s.tokens, 0), coalesce(s.cost, 0))
        union all
        select 'overlap ' || a::text
        from billing.usage_periods a
        join billing.usage_periods b on b.user_id = a.user_id and b.period_start > a.period_start and b.period_start < a.period_end
        """;

    /// <summary>What must hold in the end, when everything is recorded and closed.</summary>
    public const string Leftovers = """
        select 'reserved ' || r::text from billing.usage_reservations r
        union all
        select 'unrecorded ' || c::text from chatbot.completions c where c.recorded_at is null
        union all
        select 'draft ' || d::text from chatbot.completion_deltas d
        union all
        select 'open ' || u::text
        from billing.usage_periods u
        where u.status <> 'closed'
        union all
        select 'statement ' || concat_ws(' ', t.body, s)
        from (
          select
            e.user_id, e.period_start,
            sum(case e.payer when 'platform' then e.input_tokens + e.output_tokens else 0 end) as tokens,
            sum(case e.payer when 'own_key' then e.input_tokens + e.output_tokens else 0 end) as own_tokens,
            sum(e.cost) as cost
          from billing.usage_events e
          group by e.user_id, e.period_start
        ) s
        full join billing.statements t on t.user_id = s.user_id and t.period_start = s.period_start
        where (t.body ->> 'tokens', t.body ->> 'ownKeyTokens', (t.body ->> 'cost')::numeric) is distinct from (s.tokens::text, s.own_tokens::text, s.cost)
          or t.body is distinct from billing.statement_of(t.user_id, t.period_start)
          or t.content_hash is distinct from sha256(convert_to(t.body::text, 'UTF8'))
        union all
        select 'report ' || concat_ws(' ', c.id, c.input_tokens, c.output_tokens, e.input, e.output)
        from chatbot.completions c
        left join lateral (
          select sum(e.input_tokens) as input, sum(e.output_tokens) as output
          from billing.usage_events e
          where e.completion_id = c.id and e.attempt = c.attempt
        ) e on true
        where c.called_at is not null and c.input_tokens <= c.prompt_bound and c.output_tokens <= c.max_output_tokens
          and (c.input_tokens, c.output_tokens) is distinct from (e.input, e.output)
        union all
        select 'rates ' || e::text
        from billing.usage_events e
        join billing.model_prices p on p.id = e.price_id
        where (e.input_rate, e.cached_input_rate, e.cache_write_rate, e.output_rate, e.reasoning_rate)
            <> (p.input, p.cached_input, p.cache_write, p.output, p.reasoning)
          or e.cost <> case e.payer when 'own_key' then 0 else 0.000001 * (
            (e.input_tokens - e.cached_input_tokens - e.cache_write_tokens) * p.input + e.cached_input_tokens * p.cached_input
            + e.cache_write_tokens * p.cache_write
            + (e.output_tokens - e.reasoning_tokens) * p.output + e.reasoning_tokens * p.reasoning
          ) end
        """;

    /// <summary>What of each cap is used and reserved for a call now, from the rows themselves; $1 the user, $2 who pays.</summary>
    public const string Room = """
        with now as (
          select billing.clock() as at, (billing.clock() at time zone 'UTC')::date as day
        ),
        period as (
          select u.period_start
          from now
          join billing.usage_periods u on u.user_id = $1 and u.period_end > now.at
        ),
        rows as (
          select e.user_id, e.period_start, e.day, e.payer, e.input_tokens + e.output_tokens as tokens, e.cost
          from billing.usage_events e
          union all
          select r.user_id, r.period_start, (r.created_at at time zone 'UTC')::date, r.payer, r.tokens, r.cost
          from billing.usage_reservations r
        ),
        sums as (
          select
            coalesce(sum(r.tokens) filter (where r.user_id = $1 and r.payer = $2 and r.period_start = p.period_start), 0) as tokens,
            coalesce(sum(r.cost) filter (where r.user_id = $1 and r.payer = $2 and r.period_start = p.period_start), 0) as cost,
            coalesce(sum(r.tokens) filter (where r.user_id = $1 and r.payer = $2 and r.day = now.day), 0) as today_tokens,
            coalesce(sum(r.cost) filter (where r.user_id = $1 and r.payer = $2 and r.day = now.day), 0) as today_cost,
            coalesce(sum(r.tokens) filter (where r.payer = 'platform' and date_trunc('month', r.day) = date_trunc('month', now.day)), 0) as all_tokens,
            coalesce(sum(r.cost) filter (where r.payer = 'platform' and date_trunc('month', r.day) = date_trunc('month', now.day)), 0) as all_cost
          from now
          left join period p on true
          left join rows r on true
        )
        select coalesce(v.room::text, '')
        from sums s
        cross join billing.limits_of($1) l
        cross join billing.deployment_limits d
        cross join lateral (
          values
            (1, case $2 when 'platform' then least(l.token_cap - s.tokens, l.daily_token_cap - s.today_tokens, d.token_cap - s.all_tokens)
              else l.own_key_token_cap - s.tokens end),
            (2, case $2 when 'platform' then least(l.cost_cap - s.cost, l.daily_cost_cap - s.today_cost, d.cost_cap - s.all_cost) end)
        ) v (position, room)
        order by v.position
        """;
}
