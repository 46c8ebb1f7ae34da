create view billing.report_periods as
select
  p.user_id,
  p.period_start,
  p.period_end,
  p.status,
  p.tokens,
  p.cost,
  p.own_key_tokens,
  encode(s.content_hash, 'hex') as statement_hash
from billing.usage_periods p
left join billing.statements s on s.period_start = p.period_start and s.user_id = p.user_id;

revoke all on billing.report_periods from public, anon, authenticated;
grant select on billing.report_periods to billing_reader, service_role;

comment on view billing.report_periods is 'One row per user and period.';
comment on column billing.report_periods.user_id is 'The user, as in auth.users; an id of nobody once the account is erased.';
comment on column billing.report_periods.period_start is 'When the period begins.';
comment on column billing.report_periods.period_end is 'When it ends; this moment belongs to the next.';
comment on column billing.report_periods.status is 'open; blocked: the smallest send no longer fits; closed: frozen in a statement.';
comment on column billing.report_periods.tokens is 'Input and output tokens that the platform pays for.';
comment on column billing.report_periods.cost is 'What they cost, in the currency of the prices.';
comment on column billing.report_periods.own_key_tokens is 'Tokens on the user''s own key, which cost the platform nothing.';
comment on column billing.report_periods.statement_hash is 'SHA-256 of the statement in hexadecimal; null until the period is closed, or where nothing was used.';
