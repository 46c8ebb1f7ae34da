create table billing.usage_daily (
  user_id uuid not null,
  day date not null,
  model text not null,
  purpose text not null,
  payer text not null,
  calls bigint not null default 0,
  input_tokens bigint not null default 0,
  cached_input_tokens bigint not null default 0,
  cache_write_tokens bigint not null default 0,
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

comment on table billing.usage_daily is 'The rollup that reports read.';
comment on column billing.usage_daily.user_id is 'The user.';
comment on column billing.usage_daily.day is
  'The day in UTC; what is known only after a period was closed counts to the day on which it became known.';
comment on column billing.usage_daily.model is 'The model, as it is named in the settings.';
comment on column billing.usage_daily.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.usage_daily.payer is 'platform, or own_key: on the user''s own key.';
comment on column billing.usage_daily.calls is 'Model calls, each attempt for itself.';
comment on column billing.usage_daily.input_tokens is 'Tokens of the prompts, cached ones included.';
comment on column billing.usage_daily.cached_input_tokens is 'Those of the prompts that the provider had cached.';
comment on column billing.usage_daily.cache_write_tokens is 'Those of the prompts that the provider wrote to its cache.';
comment on column billing.usage_daily.output_tokens is 'Tokens of the answers, reasoning included.';
comment on column billing.usage_daily.reasoning_tokens is 'Those of the answers that are reasoning.';
comment on column billing.usage_daily.cost is 'In the currency of the prices; 0 on own keys.';
