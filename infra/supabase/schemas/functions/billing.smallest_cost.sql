-- What the smallest send needs at a price.
create function billing.smallest_cost(p_limits billing.limits, p_price billing.model_prices)
returns numeric
language sql
immutable
return billing.smallest_prompt() * billing.input_cost(p_price)
  + billing.min_output((p_limits).max_output_tokens) * billing.output_cost(p_price);

revoke all on function billing.smallest_cost from public;
grant execute on function billing.smallest_cost to service_role;
