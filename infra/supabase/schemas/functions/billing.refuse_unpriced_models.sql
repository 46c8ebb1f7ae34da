-- A model without a price cannot be sold.
create function billing.refuse_unpriced_models()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_unpriced text;
begin
  select string_agg(m.name, ', ') into v_unpriced
  from unnest(new.models_allowed) m (name)
  where not exists (select from billing.price_of(m.name, billing.clock()));
  if v_unpriced is not null then
    perform chatbot.refuse('CB012', format('There is no price in force for %s. Set one before allowing the model.', v_unpriced));
  end if;
  return new;
end
$$;

revoke all on function billing.refuse_unpriced_models from public;
