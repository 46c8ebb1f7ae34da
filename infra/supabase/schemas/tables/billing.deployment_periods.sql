create table billing.deployment_periods (
  period_start timestamptz not null,
  tokens bigint not null default 0,
  cost numeric not null default 0,
  constraint deployment_periods_pkey primary key (period_start)
);

alter table billing.deployment_periods enable row level security;
alter table billing.deployment_periods force row level security;

revoke all on billing.deployment_periods from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.deployment_periods to service_role;

comment on table billing.deployment_periods is
  'What all users have used together, counted along only where there are caps: everybody waits for this row''s lock.';
comment on column billing.deployment_periods.period_start is 'The first of a month in UTC.';
comment on column billing.deployment_periods.tokens is
  'Tokens that the platform pays for. Less than nothing is what of an earlier month turned out too high.';
comment on column billing.deployment_periods.cost is 'What they cost, in the currency of the prices.';
