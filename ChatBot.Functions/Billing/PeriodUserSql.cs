namespace ChatBot.Functions.Billing;

public static class PeriodUserSql
{
    /// <summary>By the beginning of the period, then by the id: in the order of an index.</summary>
    public const string List = """
        select p.user_id, l.plan_id, p.status, l.blocked_reason, p.period_start, p.period_end, p.tokens::numeric, h.tokens, l.token_cap::numeric,
          'tokens' = any (c.caps), p.cost, h.cost, l.cost_cap, 'cost' = any (c.caps), p.own_key_tokens::numeric, h.own_key_tokens,
          l.own_key_token_cap::numeric, 'own_key_tokens' = any (c.caps), r.refusals::text
        from (
          select n.user_id, n.status, n.period_start, n.period_end, n.tokens, n.cost, n.own_key_tokens
          from billing.usage_periods n
          where (n.period_start, n.user_id) > ($1, $2) and n.period_start < $3
          order by n.period_start, n.user_id
          limit $4 + 1
        ) p
        cross join lateral billing.limits_of(p.user_id) l
        cross join lateral (
          select
            coalesce(sum(v.tokens) filter (where v.payer = 'platform'), 0)::numeric as tokens,
            coalesce(sum(v.cost) filter (where v.payer = 'platform'), 0) as cost,
            coalesce(sum(v.tokens) filter (where v.payer = 'own_key'), 0)::numeric as own_key_tokens
          from billing.usage_reservations v
          where v.user_id = p.user_id and v.period_start = p.period_start
        ) h
        cross join lateral (
          select coalesce(array_agg(a.cap), '{}') as caps
          from billing.reached_caps a
          where a.user_id = p.user_id and a.starts_at = p.period_start
        ) c
        cross join lateral (
          select coalesce(
            jsonb_agg(
              jsonb_build_object('kind', k.kind, 'cap', nullif(k.cap, ''), 'count', k.count, 'firstAt', k.first_at, 'lastAt', k.last_at)
              order by k.last_at desc
            ),
            '[]'
          ) as refusals
          from (
            select f.kind, f.cap, sum(f.count) as count, min(f.first_at) as first_at, max(f.last_at) as last_at
            from billing.refusals f
            where f.user_id = p.user_id
              and f.day >= (p.period_start at time zone 'UTC')::date and f.day < (p.period_end at time zone 'UTC')::date
            group by f.kind, f.cap
          ) k
        ) r
        order by p.period_start, p.user_id
        """;
}
