-- Effective-dated and never edited: a new price is a new row, and a ledger row names the one it was computed with.
create table billing.model_prices (
  id uuid not null default gen_random_uuid(),
  model text not null,
  valid_from timestamptz not null,
  input numeric not null,
  cached_input numeric not null,
  cache_write numeric not null,
  output numeric not null,
  reasoning numeric not null,
  currency text not null default 'USD',
  created_at timestamptz not null default now(),
  constraint model_prices_pkey primary key (id),
  constraint model_prices_one_per_moment unique (model, valid_from),
  constraint model_prices_model_length check (char_length(model) between 1 and 100),
  constraint model_prices_not_negative check (input >= 0 and cached_input >= 0 and cache_write >= 0 and output >= 0 and reasoning >= 0),
  -- So that a cost has 18 decimals at the most, and every sum of costs its exact place in a number of 28 digits, up to 10^10.
  constraint model_prices_bounded check (
    greatest(input, cached_input, cache_write, output, reasoning) <= 1000000
    and greatest(min_scale(input), min_scale(cached_input), min_scale(cache_write), min_scale(output), min_scale(reasoning)) <= 12
  ),
  constraint model_prices_currency_form check (currency ~ '^[A-Z]{3}$')
);

create trigger model_prices_append_only
before update or delete or truncate on billing.model_prices
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.model_prices enable always trigger model_prices_append_only;

create trigger model_prices_check
before insert on billing.model_prices
for each row execute function billing.check_price();

alter table billing.model_prices enable row level security;
alter table billing.model_prices force row level security;

revoke all on billing.model_prices from public, anon, authenticated, service_role;
grant select, insert on billing.model_prices to service_role;

comment on table billing.model_prices is
  'The prices that the migration brings are those of https://platform.openai.com/docs/pricing, standard tier, in force since their valid_from '
  'and, by copies of that page, still in June 2026. Check them before billing; a new price is a new row.';

comment on column billing.model_prices.id is 'What rows of the ledger name.';
comment on column billing.model_prices.model is 'The model, as it is named in the settings.';
comment on column billing.model_prices.valid_from is 'From when the price is in force, until the next of its model.';
comment on column billing.model_prices.input is 'Of a million uncached input tokens.';
comment on column billing.model_prices.cached_input is 'Of a million cached input tokens.';
comment on column billing.model_prices.cache_write is 'Of a million input tokens that the provider wrote to its cache.';
comment on column billing.model_prices.output is 'Of a million output tokens that are no reasoning.';
comment on column billing.model_prices.reasoning is 'Of a million reasoning tokens.';
comment on column billing.model_prices.currency is 'ISO 4217; the same for all prices.';
comment on column billing.model_prices.created_at is 'When the row was made.';
