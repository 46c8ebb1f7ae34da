create table billing.plans (
  id text not null,
  name text not null,
  is_default boolean not null default false,
  -- Per period; null is no cap. Input and output tokens alike; cost in the currency of the prices.
  token_cap bigint,
  cost_cap numeric,
  -- What may run on a user's own key, per period: it costs the platform nothing, but a runaway client should stop.
  own_key_token_cap bigint,
  requests_per_minute integer not null default 60,
  concurrent_streams integer not null default 4,
  max_output_tokens integer not null default 4096,
  -- Null is every model that has a price.
  models_allowed text[],
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint plans_pkey primary key (id),
  constraint plans_id_form check (id ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
  constraint plans_name_length check (char_length(name) between 1 and 100),
  constraint plans_caps_positive check (token_cap >= 0 and cost_cap >= 0 and own_key_token_cap >= 0),
  constraint plans_limits_positive check (requests_per_minute > 0 and concurrent_streams > 0 and max_output_tokens > 0)
);

create unique index plans_one_default on billing.plans (is_default) where is_default;

create trigger plans_touch_updated_at
before update on billing.plans
for each row execute function chatbot.touch_updated_at();

alter table billing.plans enable row level security;
alter table billing.plans force row level security;
revoke all on billing.plans from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.plans to service_role;

insert into billing.plans (id, name, is_default, token_cap, cost_cap, own_key_token_cap)
values ('free', 'Free', true, 1000000, 10, 10000000);

-- Which plan a user is on, and what differs for them; null is as in the plan. Who has no row is on the default plan.
create table billing.user_plans (
  user_id uuid not null,
  plan_id text not null,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  requests_per_minute integer,
  concurrent_streams integer,
  max_output_tokens integer,
  blocked_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_plans_pkey primary key (user_id),
  constraint user_plans_plan_fkey foreign key (plan_id) references billing.plans (id),
  constraint user_plans_caps_positive check (token_cap >= 0 and cost_cap >= 0 and own_key_token_cap >= 0),
  constraint user_plans_limits_positive check (requests_per_minute > 0 and concurrent_streams > 0 and max_output_tokens > 0),
  constraint user_plans_blocked_reason_length check (char_length(blocked_reason) between 1 and 200)
);

create index user_plans_by_plan on billing.user_plans (plan_id);

create trigger user_plans_touch_updated_at
before update on billing.user_plans
for each row execute function chatbot.touch_updated_at();

alter table billing.user_plans enable row level security;
alter table billing.user_plans force row level security;
revoke all on billing.user_plans from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.user_plans to service_role;

-- The limits in force for a user: the plan's, where the user's own row does not say otherwise.
create function billing.limits_of(p_user_id uuid)
returns table (
  plan_id text,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  requests_per_minute integer,
  concurrent_streams integer,
  max_output_tokens integer,
  models_allowed text[],
  blocked_reason text
)
language sql
stable
set search_path = ''
begin atomic
  select
    p.id,
    coalesce(u.token_cap, p.token_cap),
    coalesce(u.cost_cap, p.cost_cap),
    coalesce(u.own_key_token_cap, p.own_key_token_cap),
    coalesce(u.requests_per_minute, p.requests_per_minute),
    coalesce(u.concurrent_streams, p.concurrent_streams),
    coalesce(u.max_output_tokens, p.max_output_tokens),
    p.models_allowed,
    u.blocked_reason
  from (values (p_user_id)) who (user_id)
  left join billing.user_plans u on u.user_id = who.user_id
  join billing.plans p on p.id = coalesce(u.plan_id, (select d.id from billing.plans d where d.is_default));
end;

-- Periods are calendar months in UTC.
create function billing.period_start(p_at timestamptz)
returns timestamptz
language sql
stable
return date_trunc('month', p_at, 'UTC');

create function billing.period_end(p_start timestamptz)
returns timestamptz
language sql
stable
return ((p_start at time zone 'UTC') + interval '1 month') at time zone 'UTC';

revoke all on all functions in schema billing from public;
grant execute on all functions in schema billing to service_role;
