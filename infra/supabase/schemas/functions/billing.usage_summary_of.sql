-- A user's standing in the current period: a row for each cap, whether it has a limit or not.
create function billing.usage_summary_of(p_user_id uuid)
returns table (
  plan_id text,
  status text,
  period_start timestamptz,
  period_end timestamptz,
  cap text,
  cap_limit numeric,
  used numeric,
  reserved numeric,
  reserved_by uuid[],
  resets_at timestamptz,
  is_reached boolean
)
language plpgsql
set search_path = ''
as $$
begin
  return query
  select
    l.plan_id,
    case
      when l.blocked_reason is not null or bool_or(r.is_reached and c.cap in ('tokens', 'cost')) over () then 'blocked'
      else (p.period).status
    end,
    (p.period).period_start,
    (p.period).period_end,
    c.cap,
    c.cap_limit,
    c.used,
    c.reserved,
    c.reserved_by,
    c.resets_at,
    r.is_reached
  from billing.limits_of(p_user_id) l
  cross join lateral (select billing.current_period(p_user_id, l.period_anchor_day) as period offset 0) p
  cross join (values ('platform'), ('own_key')) payers (payer)
  cross join lateral billing.caps_of(p.period, l, payers.payer, billing.clock()) c
  cross join lateral (
    values (
      billing.is_reached(l, c.cap, c.cap_limit, c.used)
      -- By a send that was refused, while the limit was as it is.
      or exists (
        select
        from billing.reached_caps m
        where m.user_id = p_user_id and m.starts_at = c.starts_at and m.cap = c.cap and m.cap_limit = c.cap_limit
      )
    )
  ) r (is_reached)
  where c.cap not like 'deployment%';
end
$$;

revoke all on function billing.usage_summary_of from public;
grant execute on function billing.usage_summary_of to service_role;
