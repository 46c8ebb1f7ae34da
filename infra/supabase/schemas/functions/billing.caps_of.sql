-- Each cap that counts for a call at p_at: how much of it is used, and by which calls the rest is reserved. A limit of null is none.
create function billing.caps_of(
  p_period billing.usage_periods,
  p_limits billing.limits,
  p_payer text,
  p_at timestamptz,
  p_exclude uuid default null
)
returns table (
  cap text, unit text, cap_limit numeric, used numeric, reserved numeric, reserved_by uuid[], starts_at timestamptz, resets_at timestamptz
)
language plpgsql
set search_path = ''
as $$
begin
  -- In PL/pgSQL, as a function in SQL is planned anew by each admission.
  return query
  with today as (
    select t.starts_at, t.starts_at + interval '1 day' as ends_at, (t.starts_at at time zone 'UTC')::date as day
    from date_trunc('day', p_at, 'UTC') t (starts_at)
  ),
  reserved as (
    select
      coalesce(sum(v.tokens), 0) as tokens,
      coalesce(sum(v.cost), 0) as cost,
      coalesce(array_agg(v.completion_id order by v.created_at), '{}') as completions,
      coalesce(sum(v.tokens) filter (where v.is_today), 0) as tokens_today,
      coalesce(sum(v.cost) filter (where v.is_today), 0) as cost_today,
      coalesce(array_agg(v.completion_id order by v.created_at) filter (where v.is_today), '{}') as completions_today
    from (
      select v.*, v.created_at >= t.starts_at and v.created_at < t.ends_at as is_today
      from today t
      cross join billing.usage_reservations v
      where v.user_id = (p_period).user_id and v.period_start = (p_period).period_start and v.payer = p_payer
        and v.completion_id is distinct from p_exclude
    ) v
  ),
  used_today as (
    select coalesce(sum(d.input_tokens + d.output_tokens), 0) as tokens, coalesce(sum(d.cost), 0) as cost
    from today t
    left join billing.usage_daily d on d.user_id = (p_period).user_id and d.day = t.day and d.payer = 'platform'
  )
  select c.*
  from today t
  cross join reserved r
  cross join used_today u
  cross join lateral (
    values
      ('tokens', 'tokens', (p_limits).token_cap, (p_period).tokens, r.tokens, r.completions, (p_period).period_start, (p_period).period_end),
      ('cost', 'cost', (p_limits).cost_cap, (p_period).cost, r.cost, r.completions, (p_period).period_start, (p_period).period_end),
      ('daily_tokens', 'tokens', (p_limits).daily_token_cap, u.tokens, r.tokens_today, r.completions_today, t.starts_at, t.ends_at),
      ('daily_cost', 'cost', (p_limits).daily_cost_cap, u.cost, r.cost_today, r.completions_today, t.starts_at, t.ends_at)
  ) c
  where p_payer = 'platform'
  union all
  select
    'own_key_tokens', 'tokens', (p_limits).own_key_token_cap, (p_period).own_key_tokens, r.tokens, r.completions, (p_period).period_start,
    (p_period).period_end
  from reserved r
  where p_payer = 'own_key'
  union all
  -- Who else uses the deployment is nobody's business.
  select d.*
  from billing.deployment_limits l
  cross join lateral (values (billing.period_start(p_at), billing.period_end(p_at))) m (starts_at, ends_at)
  left join billing.deployment_periods p on p.period_start = m.starts_at
  cross join lateral (
    select coalesce(sum(v.tokens), 0) as tokens, coalesce(sum(v.cost), 0) as cost
    from billing.usage_reservations v
    where (l.token_cap is not null or l.cost_cap is not null) and v.payer = 'platform'
      and v.created_at >= m.starts_at and v.created_at < m.ends_at
      and v.completion_id is distinct from p_exclude
  ) r
  cross join lateral (
    values
      ('deployment_tokens', 'tokens', l.token_cap, coalesce(p.tokens, 0), r.tokens, '{}'::uuid[], m.starts_at, m.ends_at),
      ('deployment_cost', 'cost', l.cost_cap, coalesce(p.cost, 0), r.cost, '{}'::uuid[], m.starts_at, m.ends_at)
  ) d (cap, unit, cap_limit, used, reserved, reserved_by, starts_at, resets_at)
  where p_payer = 'platform' and d.cap_limit is not null;
end
$$;

revoke all on function billing.caps_of from public;
grant execute on function billing.caps_of to service_role;
