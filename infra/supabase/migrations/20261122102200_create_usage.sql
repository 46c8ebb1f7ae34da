-- What a live completion may still cost at the most. Apart from spend: settling deletes the row.
create table billing.usage_reservations (
  completion_id uuid not null,
  user_id uuid not null,
  period_start timestamptz not null,
  payer text not null,
  tokens integer not null,
  cost numeric not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint usage_reservations_pkey primary key (completion_id),
  constraint usage_reservations_payer_known check (payer in ('platform', 'own_key')),
  constraint usage_reservations_positive check (tokens > 0 and cost >= 0)
);

create index usage_reservations_by_period on billing.usage_reservations (user_id, period_start);
create index usage_reservations_by_expiry on billing.usage_reservations (expires_at);

alter table billing.usage_reservations enable row level security;
alter table billing.usage_reservations force row level security;
revoke all on billing.usage_reservations from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_reservations to service_role;

-- The ledger. Users and chats are named without foreign keys: the figures outlive both.
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
  output_tokens integer not null,
  reasoning_tokens integer not null,
  price_id uuid not null,
  cost numeric not null,
  currency text not null,
  quality text not null,
  payer text not null,
  period_start timestamptz not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  constraint usage_events_pkey primary key (id),
  constraint usage_events_price_fkey foreign key (price_id) references billing.model_prices (id),
  constraint usage_events_quality_known check (quality in ('reported', 'estimated', 'adjustment')),
  constraint usage_events_payer_known check (payer in ('platform', 'own_key')),
  constraint usage_events_own_key_is_free check (payer = 'platform' or cost = 0),
  constraint usage_events_consistent check (
    quality = 'adjustment'
    or (cached_input_tokens between 0 and input_tokens and reasoning_tokens between 0 and output_tokens and cost >= 0)
  )
);

create unique index usage_events_one_per_attempt on billing.usage_events (completion_id, attempt) where quality <> 'adjustment';
create index usage_events_by_user_newest_first on billing.usage_events (user_id, occurred_at desc, id desc);
create index usage_events_by_period on billing.usage_events (period_start, user_id);

create trigger usage_events_append_only
before update or delete or truncate on billing.usage_events
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.usage_events enable always trigger usage_events_append_only;

alter table billing.usage_events enable row level security;
alter table billing.usage_events force row level security;
revoke all on billing.usage_events from public, anon, authenticated, service_role;
grant select, insert on billing.usage_events to service_role;

-- Totals per user and period, changed only together with the ledger. The row's lock is what admission and settlement queue on.
create table billing.usage_periods (
  user_id uuid not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  tokens bigint not null default 0,
  cost numeric not null default 0,
  own_key_tokens bigint not null default 0,
  status text not null default 'open',
  updated_at timestamptz not null default now(),
  constraint usage_periods_pkey primary key (user_id, period_start),
  constraint usage_periods_status_known check (status in ('open', 'blocked', 'closed')),
  constraint usage_periods_in_order check (period_start < period_end),
  constraint usage_periods_not_negative check (tokens >= 0 and cost >= 0 and own_key_tokens >= 0)
);

create index usage_periods_blocked on billing.usage_periods (updated_at) where status = 'blocked';
create index usage_periods_to_close on billing.usage_periods (period_end) where status <> 'closed';

create trigger usage_periods_touch_updated_at
before update on billing.usage_periods
for each row execute function chatbot.touch_updated_at();

alter table billing.usage_periods enable row level security;
alter table billing.usage_periods force row level security;
revoke all on billing.usage_periods from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_periods to service_role;

-- The rollup that reports read.
create table billing.usage_daily (
  user_id uuid not null,
  day date not null,
  model text not null,
  purpose text not null,
  payer text not null,
  calls bigint not null default 0,
  input_tokens bigint not null default 0,
  cached_input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost numeric not null default 0,
  constraint usage_daily_pkey primary key (user_id, day, model, purpose, payer)
);

create index usage_daily_by_day on billing.usage_daily (day, model);

alter table billing.usage_daily enable row level security;
alter table billing.usage_daily force row level security;
revoke all on billing.usage_daily from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_daily to service_role;

-- One row per threshold crossed: the outbox for notifications.
create table billing.usage_alerts (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  period_start timestamptz not null,
  cap text not null,
  percent integer not null,
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  constraint usage_alerts_pkey primary key (id),
  constraint usage_alerts_once unique (user_id, period_start, cap, percent),
  constraint usage_alerts_cap_known check (cap in ('tokens', 'cost', 'own_key_tokens')),
  constraint usage_alerts_percent_range check (percent between 1 and 100)
);

create index usage_alerts_to_deliver on billing.usage_alerts (created_at) where delivered_at is null;

alter table billing.usage_alerts enable row level security;
alter table billing.usage_alerts force row level security;
revoke all on billing.usage_alerts from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_alerts to service_role;

-- A closed period, frozen.
create table billing.statements (
  user_id uuid not null,
  period_start timestamptz not null,
  body jsonb not null,
  content_hash bytea not null,
  created_at timestamptz not null default now(),
  constraint statements_pkey primary key (period_start, user_id),
  constraint statements_hash_is_sha256 check (octet_length(content_hash) = 32)
);

create index statements_by_user on billing.statements (user_id, period_start desc);

create trigger statements_append_only
before update or delete or truncate on billing.statements
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.statements enable always trigger statements_append_only;

alter table billing.statements enable row level security;
alter table billing.statements force row level security;
revoke all on billing.statements from public, anon, authenticated, service_role;
grant select, insert on billing.statements to service_role;
