-- Tells of the caps of all users together that are reached or nearly so.
create function billing.note_deployment_caps(
  p_period billing.deployment_periods,
  p_limits billing.limits,
  p_price billing.model_prices default null
)
returns void
language sql
set search_path = ''
as $$
  select billing.note_cap(
    null, p_limits, p_price, c.cap, c.cap_limit, c.used, (p_period).period_start, billing.period_end((p_period).period_start)
  )
  from billing.deployment_limits l
  cross join lateral (
    values ('deployment_cost', l.cost_cap, (p_period).cost), ('deployment_tokens', l.token_cap, (p_period).tokens)
  ) c (cap, cap_limit, used)
  where billing.may_be_noted(p_limits, c.cap, c.cap_limit, c.used, p_price);
$$;

revoke all on function billing.note_deployment_caps from public;
grant execute on function billing.note_deployment_caps to service_role;
