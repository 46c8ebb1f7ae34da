-- What a token of a prompt costs at most.
create function billing.input_cost(p_price billing.model_prices)
returns numeric
language sql
immutable
return 0.000001 * greatest((p_price).input, (p_price).cached_input, (p_price).cache_write);

revoke all on function billing.input_cost from public;
grant execute on function billing.input_cost to service_role;
