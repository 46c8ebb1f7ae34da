create table billing.deployment_limits (
  is_only boolean not null default true,
  token_cap bigint,
  cost_cap numeric,
  requests_per_minute integer,
  concurrent_streams integer,
  updated_at timestamptz not null default now(),
  constraint deployment_limits_pkey primary key (is_only),
  constraint deployment_limits_one_row check (is_only),
  constraint deployment_limits_caps_positive check (token_cap >= 0 and cost_cap >= 0),
  constraint deployment_limits_caps_bounded check (token_cap <= 1000000000000000 and cost_cap <= 1000000000000 and min_scale(cost_cap) <= 12),
  constraint deployment_limits_rates_bounded check (greatest(requests_per_minute, concurrent_streams) <= 1000000),
  constraint deployment_limits_rates_positive check (requests_per_minute > 0 and concurrent_streams > 0)
);

create trigger deployment_limits_touch_updated_at
before update on billing.deployment_limits
for each row execute function chatbot.touch_updated_at();

alter table billing.deployment_limits enable row level security;
alter table billing.deployment_limits force row level security;

revoke all on billing.deployment_limits from public, anon, authenticated, service_role;
grant select, update on billing.deployment_limits to service_role;

insert into billing.deployment_limits default values;

comment on table billing.deployment_limits is 'What all users may use together, in calendar months in UTC.';
comment on column billing.deployment_limits.is_only is 'True: there is one row.';
comment on column billing.deployment_limits.token_cap is 'Tokens of all users in a month that the platform pays for; null is no cap.';
comment on column billing.deployment_limits.cost_cap is 'Their cost, in the currency of the prices; null is no cap.';
comment on column billing.deployment_limits.requests_per_minute is 'Sends of all users a minute; null is no limit.';
comment on column billing.deployment_limits.concurrent_streams is 'Answers of all users at once; null is no limit.';
comment on column billing.deployment_limits.updated_at is 'When it was last changed.';
