create function billing.price_of(p_model text, p_at timestamptz)
returns setof billing.model_prices
language sql
stable
set search_path = ''
rows 1
as $$
  select m.*
  from billing.model_prices m
  where m.model = p_model and m.valid_from <= p_at
  order by m.valid_from desc
  limit 1;
$$;

revoke all on function billing.price_of from public;
grant execute on function billing.price_of to service_role;
