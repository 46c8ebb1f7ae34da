create view billing.report_plans as
select
  p.id,
  p.name,
  p.is_default,
  p.token_cap,
  p.cost_cap,
  p.own_key_token_cap,
  p.daily_token_cap,
  p.daily_cost_cap,
  p.period_anchor_day,
  p.requests_per_minute,
  p.concurrent_streams,
  p.max_output_tokens,
  p.models_allowed,
  p.stops_at_cap
from billing.plans p;

revoke all on billing.report_plans from public, anon, authenticated;
grant select on billing.report_plans to billing_reader, service_role;

comment on view billing.report_plans is 'Plans, as they are now.';
comment on column billing.report_plans.id is 'Of the operator''s choice.';
comment on column billing.report_plans.name is 'For people to read.';
comment on column billing.report_plans.is_default is 'Whether it is for everybody who has no other.';
comment on column billing.report_plans.token_cap is 'Input and output tokens per period that the platform pays for; null is no cap.';
comment on column billing.report_plans.cost_cap is 'Cost per period, in the currency of the prices; null is no cap.';
comment on column billing.report_plans.own_key_token_cap is 'Tokens per period on the user''s own key; null is no cap.';
comment on column billing.report_plans.daily_token_cap is 'Tokens per day in UTC; null is no cap.';
comment on column billing.report_plans.daily_cost_cap is 'Cost per day in UTC; null is no cap.';
comment on column billing.report_plans.period_anchor_day is 'The day of the month on which a period begins, in UTC.';
comment on column billing.report_plans.requests_per_minute is 'Sends a minute.';
comment on column billing.report_plans.concurrent_streams is 'Answers at once.';
comment on column billing.report_plans.max_output_tokens is 'Of one answer, reasoning included.';
comment on column billing.report_plans.models_allowed is 'Null is every model that has a price.';
comment on column billing.report_plans.stops_at_cap is 'Whether answers that are being written are stopped when a cap is reached.';
