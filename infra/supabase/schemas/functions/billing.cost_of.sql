-- Exact: no division, so no rounding.
create function billing.cost_of(
  p_price billing.model_prices,
  p_input integer,
  p_cached integer,
  p_cache_write integer,
  p_output integer,
  p_reasoning integer
)
returns numeric
language sql
immutable
return 0.000001 * (
  (p_input - p_cached - p_cache_write) * (p_price).input
  + p_cached * (p_price).cached_input
  + p_cache_write * (p_price).cache_write
  + (p_output - p_reasoning) * (p_price).output
  + p_reasoning * (p_price).reasoning
);

revoke all on function billing.cost_of from public;
grant execute on function billing.cost_of to service_role;
