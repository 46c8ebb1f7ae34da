-- One currency: sums and caps know no exchange rates. And no price for what has been billed already.
create function billing.check_price()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Most providers charge nothing more for it.
  new.cache_write := coalesce(new.cache_write, new.input);
  if exists (select from billing.model_prices m where m.currency <> new.currency) then
    perform chatbot.refuse('CB012', 'All prices are in one currency.');
  end if;
  if new.valid_from < least(now(), billing.clock()) and exists (select from billing.price_of(new.model, billing.clock())) then
    perform chatbot.refuse('CB012', format('A new price of %s can be in force from now on, not before.', new.model));
  end if;
  return new;
end
$$;

revoke all on function billing.check_price from public;
