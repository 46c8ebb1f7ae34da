create view billing.report_user_plans as
select
  u.user_id,
  u.plan_id,
  u.token_cap,
  u.cost_cap,
  u.own_key_token_cap,
  u.daily_token_cap,
  u.daily_cost_cap,
  u.period_anchor_day,
  u.requests_per_minute,
  u.concurrent_streams,
  u.max_output_tokens,
  u.blocked_reason is not null as is_blocked,
  u.created_at,
  u.updated_at
from billing.user_plans u;

revoke all on billing.report_user_plans from public, anon, authenticated;
grant select on billing.report_user_plans to billing_reader, service_role;

comment on view billing.report_user_plans is 'Who is on another plan than the default one, or has limits of their own; without what operators wrote of them.';
comment on column billing.report_user_plans.user_id is 'The user.';
comment on column billing.report_user_plans.plan_id is 'The plan.';
comment on column billing.report_user_plans.token_cap is 'Instead of the plan''s; null is as in the plan, here and below.';
comment on column billing.report_user_plans.cost_cap is 'Cost per period, in the currency of the prices.';
comment on column billing.report_user_plans.own_key_token_cap is 'Tokens per period on the user''s own key.';
comment on column billing.report_user_plans.daily_token_cap is 'Tokens per day in UTC.';
comment on column billing.report_user_plans.daily_cost_cap is 'Cost per day in UTC.';
comment on column billing.report_user_plans.period_anchor_day is 'The day of the month on which their periods begin.';
comment on column billing.report_user_plans.requests_per_minute is 'Sends a minute.';
comment on column billing.report_user_plans.concurrent_streams is 'Answers at once.';
comment on column billing.report_user_plans.max_output_tokens is 'Of one answer.';
comment on column billing.report_user_plans.is_blocked is 'Whether an operator blocked the account.';
comment on column billing.report_user_plans.created_at is 'Since when they have a plan of their own.';
comment on column billing.report_user_plans.updated_at is 'When it was last changed.';
