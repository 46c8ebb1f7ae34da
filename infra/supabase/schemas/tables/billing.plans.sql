create table billing.plans (
  id text not null,
  name text not null,
  is_default boolean not null default false,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  daily_token_cap bigint,
  daily_cost_cap numeric,
  period_anchor_day smallint not null default 1,
  requests_per_minute integer not null default 60,
  concurrent_streams integer not null default 4,
  max_output_tokens integer not null default 4096,
  max_chats integer not null default 100000,
  max_messages_per_chat integer not null default 100000,
  max_stored_bytes bigint not null default 10737418240,
  models_allowed text[],
  stops_at_cap boolean not null default false,
  is_review_due boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint plans_pkey primary key (id),
  constraint plans_id_form check (id ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
  constraint plans_name_length check (char_length(name) between 1 and 100),
  constraint plans_caps_positive check (token_cap >= 0 and cost_cap >= 0 and own_key_token_cap >= 0),
  constraint plans_daily_caps_positive check (daily_token_cap >= 0 and daily_cost_cap >= 0),
  constraint plans_caps_bounded check (
    greatest(token_cap, own_key_token_cap, daily_token_cap) <= 1000000000000000
    and greatest(cost_cap, daily_cost_cap) <= 1000000000000 and greatest(min_scale(cost_cap), min_scale(daily_cost_cap)) <= 12
  ),
  constraint plans_limits_bounded check (greatest(requests_per_minute, concurrent_streams) <= 1000000 and max_output_tokens <= 10000000),
  constraint plans_anchor_is_day check (period_anchor_day between 1 and 31),
  constraint plans_limits_positive check (requests_per_minute > 0 and concurrent_streams > 0 and max_output_tokens > 0),
  constraint plans_quotas_not_negative check (max_chats >= 0 and max_messages_per_chat >= 0 and max_stored_bytes >= 0)
);

create unique index plans_one_default on billing.plans (is_default) where is_default;
create index plans_to_review on billing.plans (id) where is_review_due;

create trigger plans_touch_updated_at
before update on billing.plans
for each row execute function chatbot.touch_updated_at();

create trigger plans_refuse_unpriced_models
before insert or update of models_allowed on billing.plans
for each row
when (new.models_allowed is not null)
execute function billing.refuse_unpriced_models();

create trigger plans_note_changed_limits
before update of token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, max_output_tokens, models_allowed, is_default on billing.plans
for each row
when (
  (
    old.token_cap, old.cost_cap, old.own_key_token_cap, old.daily_token_cap, old.daily_cost_cap, old.max_output_tokens, old.models_allowed,
    old.is_default
  )
  is distinct from (
    new.token_cap, new.cost_cap, new.own_key_token_cap, new.daily_token_cap, new.daily_cost_cap, new.max_output_tokens, new.models_allowed,
    new.is_default
  )
)
execute function billing.note_changed_limits();

alter table billing.plans enable row level security;
alter table billing.plans force row level security;

revoke all on billing.plans from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.plans to service_role;

comment on table billing.plans is 'What users may use and store.';
comment on column billing.plans.id is 'Of the operator''s choice.';
comment on column billing.plans.name is 'For people to read.';
comment on column billing.plans.is_default is 'Whether it is for everybody who has no other; one is.';
comment on column billing.plans.token_cap is 'Input and output tokens per period that the platform pays for; null is no cap.';
comment on column billing.plans.cost_cap is 'Cost per period, in the currency of the prices; null is no cap.';
comment on column billing.plans.own_key_token_cap is
  'Tokens per period on the user''s own key: they cost the platform nothing, but a runaway client should stop; null is no cap.';
comment on column billing.plans.daily_token_cap is 'Tokens per day in UTC, within those of the period; null is no cap.';
comment on column billing.plans.daily_cost_cap is 'Cost per day in UTC, within that of the period; null is no cap.';
comment on column billing.plans.period_anchor_day is
  'The day of the month on which a period begins, in UTC; the last day of a shorter month.';
comment on column billing.plans.requests_per_minute is 'Sends a minute.';
comment on column billing.plans.concurrent_streams is 'Answers at once.';
comment on column billing.plans.max_output_tokens is 'Of one answer, reasoning included.';
comment on column billing.plans.max_chats is 'Chats that a user may have.';
comment on column billing.plans.max_messages_per_chat is 'Messages that a chat may have, those out of the history included.';
comment on column billing.plans.max_stored_bytes is 'Texts that a user may store, in bytes of UTF-8.';
comment on column billing.plans.models_allowed is 'Null is every model that has a price.';
comment on column billing.plans.stops_at_cap is 'Whether answers that are being written are stopped when a cap is reached.';
comment on column billing.plans.is_review_due is 'Set by a change of the limits, until the timer has looked at everybody on the plan.';
comment on column billing.plans.created_at is 'When the row was made.';
comment on column billing.plans.updated_at is 'When it was last changed.';
