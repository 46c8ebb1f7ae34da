-- The limits in force for a user: the plan's, where the user's own row does not say otherwise.
create function billing.limits_of(p_user_id uuid)
returns setof billing.limits
language sql
stable
set search_path = ''
rows 1
as $$
  select
    p.id,
    coalesce(u.token_cap, p.token_cap),
    coalesce(u.cost_cap, p.cost_cap),
    coalesce(u.own_key_token_cap, p.own_key_token_cap),
    coalesce(u.daily_token_cap, p.daily_token_cap),
    coalesce(u.daily_cost_cap, p.daily_cost_cap),
    coalesce(u.period_anchor_day, p.period_anchor_day)::integer,
    coalesce(u.requests_per_minute, p.requests_per_minute),
    coalesce(u.concurrent_streams, p.concurrent_streams),
    coalesce(u.max_output_tokens, p.max_output_tokens),
    p.models_allowed,
    p.stops_at_cap,
    u.blocked_reason
  from (values (p_user_id)) who (user_id)
  left join billing.user_plans u on u.user_id = who.user_id
  join billing.plans p on p.id = coalesce(u.plan_id, (select d.id from billing.plans d where d.is_default));
$$;

revoke all on function billing.limits_of from public;
grant execute on function billing.limits_of to service_role;
