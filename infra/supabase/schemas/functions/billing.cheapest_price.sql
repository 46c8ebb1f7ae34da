-- The price in force of the model with the cheapest smallest send, of those that a plan allows; null is all that have a price.
create function billing.cheapest_price(p_models_allowed text[])
returns billing.model_prices
language plpgsql
stable
set search_path = ''
as $$
declare
  v_price billing.model_prices;
begin
  select p.* into v_price
  from (
    select distinct on (m.model) m.*
    from billing.model_prices m
    where m.valid_from <= billing.clock() and (p_models_allowed is null or m.model = any (p_models_allowed))
    order by m.model, m.valid_from desc
  ) p
  order by billing.smallest_prompt() * billing.input_cost(p) + billing.min_output(null) * billing.output_cost(p)
  limit 1;
  return v_price;
end
$$;

revoke all on function billing.cheapest_price from public;
grant execute on function billing.cheapest_price to service_role;
