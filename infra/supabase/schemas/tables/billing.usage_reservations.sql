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
create index usage_reservations_platform on billing.usage_reservations (created_at) include (tokens, cost) where payer = 'platform';

alter table billing.usage_reservations enable row level security;
alter table billing.usage_reservations force row level security;

revoke all on billing.usage_reservations from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_reservations to service_role;

comment on table billing.usage_reservations is
  'What a live completion may still cost at the most. Apart from spend: settling deletes the row.';
comment on column billing.usage_reservations.completion_id is 'The completion.';
comment on column billing.usage_reservations.user_id is 'The user.';
comment on column billing.usage_reservations.period_start is 'The period that it counts to.';
comment on column billing.usage_reservations.payer is 'platform, or own_key.';
comment on column billing.usage_reservations.tokens is 'The prompt and the longest answer, at the most.';
comment on column billing.usage_reservations.cost is 'What they would cost, in the currency of the prices.';
comment on column billing.usage_reservations.expires_at is 'The latest end of the call, and the time to settle it.';
comment on column billing.usage_reservations.created_at is 'When the row was made.';
