-- Which of these models the caller's plan allows, with the price in force.
create function billing.allowed_models(p_names text[])
returns table (name text, input numeric, cached_input numeric, cache_write numeric, output numeric, reasoning numeric, currency text)
language sql
security definer
set search_path = ''
as $$
  select n.name, p.input, p.cached_input, p.cache_write, p.output, p.reasoning, p.currency
  from unnest(p_names) n (name)
  cross join billing.limits_of(auth.uid()) l
  cross join lateral billing.price_of(n.name, billing.clock()) p
  where l.models_allowed is null or n.name = any (l.models_allowed);
$$;

revoke all on function billing.allowed_models from public;
grant execute on function billing.allowed_models to authenticated;
