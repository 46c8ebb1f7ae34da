create table billing.usage_events (
  id uuid not null,
  completion_id uuid not null,
  attempt integer not null,
  user_id uuid not null,
  chat_id uuid,
  purpose text not null,
  model text not null,
  input_tokens integer not null,
  cached_input_tokens integer not null,
  cache_write_tokens integer not null,
  output_tokens integer not null,
  reasoning_tokens integer not null,
  price_id uuid not null,
  input_rate numeric not null,
  cached_input_rate numeric not null,
  cache_write_rate numeric not null,
  output_rate numeric not null,
  reasoning_rate numeric not null,
  cost numeric not null,
  currency text not null,
  quality text not null,
  payer text not null,
  period_start timestamptz not null,
  day date not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  rejected_report jsonb,
  constraint usage_events_pkey primary key (id),
  constraint usage_events_price_fkey foreign key (price_id) references billing.model_prices (id),
  constraint usage_events_purpose_known check (purpose in ('answer', 'title')),
  constraint usage_events_quality_known check (quality in ('reported', 'estimated', 'adjustment')),
  constraint usage_events_payer_known check (payer in ('platform', 'own_key')),
  constraint usage_events_own_key_is_free check (payer = 'platform' or cost = 0),
  constraint usage_events_rates_not_negative check (
    input_rate >= 0 and cached_input_rate >= 0 and cache_write_rate >= 0 and output_rate >= 0 and reasoning_rate >= 0
  ),
  constraint usage_events_rejected_report_not_believed check (rejected_report is null or quality <> 'reported'),
  -- What was used cannot be known before it was.
  constraint usage_events_not_early check (day >= (occurred_at at time zone 'UTC')::date),
  constraint usage_events_consistent check (
    quality = 'adjustment'
    or (
      least(cached_input_tokens, cache_write_tokens, reasoning_tokens, cost) >= 0 and cached_input_tokens + cache_write_tokens <= input_tokens
      and reasoning_tokens <= output_tokens
    )
  )
);

create unique index usage_events_one_per_attempt on billing.usage_events (completion_id, attempt) where quality <> 'adjustment';
create index usage_events_by_user_newest_first on billing.usage_events (user_id, occurred_at desc, id desc);
create index usage_events_by_period on billing.usage_events (period_start, user_id);
create index usage_events_adjustments on billing.usage_events (completion_id, attempt) where quality = 'adjustment';

create trigger usage_events_append_only
before update or delete or truncate on billing.usage_events
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.usage_events enable always trigger usage_events_append_only;

alter table billing.usage_events enable row level security;
alter table billing.usage_events force row level security;

revoke all on billing.usage_events from public, anon, authenticated, service_role;
grant select, insert on billing.usage_events to service_role;

comment on table billing.usage_events is 'The ledger. Users and chats are named without foreign keys: the figures outlive both.';
comment on column billing.usage_events.id is 'Sent to the provider with the call; an adjustment has one of its own.';
comment on column billing.usage_events.completion_id is 'The answer, also the id of its message.';
comment on column billing.usage_events.attempt is 'Which call of the answer, from 1.';
comment on column billing.usage_events.user_id is 'The user; an id of nobody once the account is erased.';
comment on column billing.usage_events.chat_id is 'The chat, which may have been deleted since.';
comment on column billing.usage_events.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.usage_events.model is 'The model, as it is named in the settings.';
comment on column billing.usage_events.input_tokens is 'Tokens of the prompt, cached ones included; of an adjustment the difference.';
comment on column billing.usage_events.cached_input_tokens is 'Those of the prompt that the provider had cached.';
comment on column billing.usage_events.cache_write_tokens is 'Those of the prompt that the provider wrote to its cache.';
comment on column billing.usage_events.output_tokens is 'Tokens of the answer, reasoning included.';
comment on column billing.usage_events.reasoning_tokens is 'Those of the answer that are reasoning.';
comment on column billing.usage_events.price_id is 'The price that the rates are from.';
comment on column billing.usage_events.input_rate is 'Price of a million uncached input tokens, as it was charged.';
comment on column billing.usage_events.cached_input_rate is 'Price of a million cached input tokens.';
comment on column billing.usage_events.cache_write_rate is 'Price of a million input tokens that were written to the cache.';
comment on column billing.usage_events.output_rate is 'Price of a million output tokens that are no reasoning.';
comment on column billing.usage_events.reasoning_rate is 'Price of a million reasoning tokens.';
comment on column billing.usage_events.cost is 'The tokens of each kind at their rates, exactly; 0 on own keys.';
comment on column billing.usage_events.currency is 'ISO 4217.';
comment on column billing.usage_events.quality is
  'reported by the provider; estimated, as no report came; adjustment, to what became known later.';
comment on column billing.usage_events.payer is 'platform, or own_key.';
comment on column billing.usage_events.period_start is 'The period that it counts to; later than the call''s own where that was closed.';
comment on column billing.usage_events.day is
  'The day in UTC that it counts to: that of the call, or, where the call''s period was closed, that of its record.';
comment on column billing.usage_events.occurred_at is 'When the call was admitted.';
comment on column billing.usage_events.recorded_at is 'When the row was written.';
comment on column billing.usage_events.rejected_report is
  'What the provider reported, where that was not possible and the figures are estimated.';
