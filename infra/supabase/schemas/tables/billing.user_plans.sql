create table billing.user_plans (
  user_id uuid not null,
  plan_id text not null,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  daily_token_cap bigint,
  daily_cost_cap numeric,
  period_anchor_day smallint,
  requests_per_minute integer,
  concurrent_streams integer,
  max_output_tokens integer,
  blocked_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_plans_pkey primary key (user_id),
  constraint user_plans_account_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint user_plans_plan_fkey foreign key (plan_id) references billing.plans (id),
  constraint user_plans_caps_positive check (token_cap >= 0 and cost_cap >= 0 and own_key_token_cap >= 0),
  constraint user_plans_daily_caps_positive check (daily_token_cap >= 0 and daily_cost_cap >= 0),
  constraint user_plans_caps_bounded check (
    greatest(token_cap, own_key_token_cap, daily_token_cap) <= 1000000000000000
    and greatest(cost_cap, daily_cost_cap) <= 1000000000000 and greatest(min_scale(cost_cap), min_scale(daily_cost_cap)) <= 12
  ),
  constraint user_plans_limits_bounded check (greatest(requests_per_minute, concurrent_streams) <= 1000000 and max_output_tokens <= 10000000),
  constraint user_plans_anchor_is_day check (period_anchor_day between 1 and 31),
  constraint user_plans_limits_positive check (requests_per_minute > 0 and concurrent_streams > 0 and max_output_tokens > 0),
  constraint user_plans_blocked_reason_length check (char_length(blocked_reason) between 1 and 200)
);

create index user_plans_by_plan on billing.user_plans (plan_id);
create index user_plans_anchored on billing.user_plans (user_id) where period_anchor_day <> 1;
create index user_plans_blocked on billing.user_plans (user_id) where blocked_reason is not null;

create trigger user_plans_touch_updated_at
before update on billing.user_plans
for each row execute function chatbot.touch_updated_at();

create trigger user_plans_review
after insert or update or delete on billing.user_plans
for each row execute function billing.review_changed_user();

alter table billing.user_plans enable row level security;
alter table billing.user_plans force row level security;

revoke all on billing.user_plans from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.user_plans to service_role;

comment on table billing.user_plans is 'Which plan a user is on, and what differs for them. Who has no row is on the default plan.';
comment on column billing.user_plans.user_id is 'The user.';
comment on column billing.user_plans.plan_id is 'The plan.';
comment on column billing.user_plans.token_cap is 'Input and output tokens per period that the platform pays for; null is as in the plan.';
comment on column billing.user_plans.cost_cap is 'Cost per period, in the currency of the prices; null is as in the plan.';
comment on column billing.user_plans.own_key_token_cap is
  'Tokens per period on the user''s own key: they cost the platform nothing, but a runaway client should stop; null is as in the plan.';
comment on column billing.user_plans.daily_token_cap is 'Tokens per day in UTC, within those of the period; null is as in the plan.';
comment on column billing.user_plans.daily_cost_cap is 'Cost per day in UTC, within that of the period; null is as in the plan.';
comment on column billing.user_plans.period_anchor_day is 'The day of the month on which a period begins; null is as in the plan.';
comment on column billing.user_plans.requests_per_minute is 'Sends a minute; null is as in the plan.';
comment on column billing.user_plans.concurrent_streams is 'Answers at once; null is as in the plan.';
comment on column billing.user_plans.max_output_tokens is 'Of one answer; null is as in the plan.';
comment on column billing.user_plans.blocked_reason is 'Blocks the account; the user reads it.';
comment on column billing.user_plans.created_at is 'When the row was made.';
comment on column billing.user_plans.updated_at is 'When it was last changed.';
