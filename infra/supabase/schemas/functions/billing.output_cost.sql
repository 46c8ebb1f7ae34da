-- What a token of output costs at most.
create function billing.output_cost(p_price billing.model_prices)
returns numeric
language sql
immutable
return 0.000001 * greatest((p_price).output, (p_price).reasoning);

revoke all on function billing.output_cost from public;
grant execute on function billing.output_cost to service_role;
