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
  constraint usage_periods_in_order check (period_start < period_end)
);

create index usage_periods_to_close on billing.usage_periods (period_end) where status <> 'closed';
-- Who is on a plan that has changed is looked for among those who have a period, not among all periods that ever were.
create index usage_periods_open on billing.usage_periods (user_id) where status <> 'closed';
-- What reports of a month read.
create index usage_periods_by_start on billing.usage_periods (period_start, user_id);

create trigger usage_periods_touch_updated_at
before update on billing.usage_periods
for each row execute function chatbot.touch_updated_at();

alter table billing.usage_periods enable row level security;
alter table billing.usage_periods force row level security;

revoke all on billing.usage_periods from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_periods to service_role;

comment on table billing.usage_periods is
  'Totals per user and period, changed only together with the ledger. The row''s lock is what admission and settlement queue on.';
comment on column billing.usage_periods.user_id is 'The user.';
comment on column billing.usage_periods.period_start is 'When the period begins.';
comment on column billing.usage_periods.period_end is 'When it ends; this moment belongs to the next.';
comment on column billing.usage_periods.tokens is
  'Input and output tokens that the platform pays for. Negative where what turned out too high after its period was closed is given back.';
comment on column billing.usage_periods.cost is 'What they cost, in the currency of the prices.';
comment on column billing.usage_periods.own_key_tokens is 'Tokens on the user''s own key.';
comment on column billing.usage_periods.status is 'open; blocked: the smallest send no longer fits; closed: frozen in a statement.';
comment on column billing.usage_periods.updated_at is 'When it was last changed.';
