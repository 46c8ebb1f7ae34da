-- Effective-dated and never edited: a new price is a new row, and a ledger row names the one it was computed with.
create table billing.model_prices (
  id uuid not null default gen_random_uuid(),
  model text not null,
  valid_from timestamptz not null,
  -- Per million tokens.
  input numeric not null,
  cached_input numeric not null,
  output numeric not null,
  reasoning numeric not null,
  currency text not null default 'USD',
  created_at timestamptz not null default now(),
  constraint model_prices_pkey primary key (id),
  constraint model_prices_one_per_moment unique (model, valid_from),
  constraint model_prices_model_length check (char_length(model) between 1 and 100),
  constraint model_prices_not_negative check (input >= 0 and cached_input >= 0 and output >= 0 and reasoning >= 0),
  constraint model_prices_currency_form check (currency ~ '^[A-Z]{3}$')
);

create function billing.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'CB090';
end
$$;

create trigger model_prices_append_only
before update or delete or truncate on billing.model_prices
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.model_prices enable always trigger model_prices_append_only;

alter table billing.model_prices enable row level security;
alter table billing.model_prices force row level security;
revoke all on billing.model_prices from public, anon, authenticated, service_role;
grant select, insert on billing.model_prices to service_role;

-- Public list prices in US dollars per million tokens, as published by OpenAI for the standard tier.
-- Reasoning tokens are billed as output.
insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
values
  ('gpt-4o', '2024-10-01T00:00:00Z', 2.50, 1.25, 10.00, 10.00),
  ('gpt-4o-mini', '2024-10-01T00:00:00Z', 0.15, 0.075, 0.60, 0.60),
  ('gpt-4.1', '2025-04-14T00:00:00Z', 2.00, 0.50, 8.00, 8.00),
  ('gpt-4.1-mini', '2025-04-14T00:00:00Z', 0.40, 0.10, 1.60, 1.60),
  ('gpt-4.1-nano', '2025-04-14T00:00:00Z', 0.10, 0.025, 0.40, 0.40);

create function billing.price_of(p_model text, p_at timestamptz)
returns setof billing.model_prices
language sql
stable
set search_path = ''
rows 1
begin atomic
  select m.*
  from billing.model_prices m
  where m.model = p_model and m.valid_from <= p_at
  order by m.valid_from desc
  limit 1;
end;

-- Exact: no division, so no rounding.
create function billing.cost_of(
  p_price billing.model_prices,
  p_input integer,
  p_cached integer,
  p_output integer,
  p_reasoning integer
)
returns numeric
language sql
immutable
return 0.000001 * (
  (p_input - p_cached) * (p_price).input
  + p_cached * (p_price).cached_input
  + (p_output - p_reasoning) * (p_price).output
  + p_reasoning * (p_price).reasoning
);

revoke all on function billing.refuse_change, billing.price_of, billing.cost_of from public;
grant execute on function billing.price_of, billing.cost_of to service_role;
