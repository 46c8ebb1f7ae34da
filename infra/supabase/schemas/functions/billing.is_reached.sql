-- Whether the smallest send no longer fits into a cap, whatever is reserved.
create function billing.is_reached(
  p_limits billing.limits,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  -- Of any model that the plan allows: what fits at its price need not be looked at any closer. Null is not known.
  p_price billing.model_prices default null
)
returns boolean
language sql
stable
return case
  when p_limit is null then false
  when p_cap not like '%cost' then p_limit - p_used < billing.smallest_tokens(p_limits)
  when p_limit - p_used >= billing.smallest_cost(p_limits, p_price) then false
  else coalesce(p_limit - p_used < billing.smallest_cost(p_limits, billing.cheapest_price((p_limits).models_allowed)), false)
end;

revoke all on function billing.is_reached from public;
grant execute on function billing.is_reached to service_role;
