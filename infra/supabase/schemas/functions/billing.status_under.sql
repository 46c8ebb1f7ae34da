-- Blocked is a period into which the smallest send no longer fits.
create function billing.status_under(
  p_limits billing.limits,
  p_tokens bigint,
  p_cost numeric,
  -- Of any model that the plan allows; null is not known.
  p_price billing.model_prices default null
)
returns text
language sql
stable
return case
  when billing.is_reached(p_limits, 'tokens', (p_limits).token_cap, p_tokens, p_price)
    or billing.is_reached(p_limits, 'cost', (p_limits).cost_cap, p_cost, p_price)
  then 'blocked'
  else 'open'
end;

revoke all on function billing.status_under from public;
grant execute on function billing.status_under to service_role;
