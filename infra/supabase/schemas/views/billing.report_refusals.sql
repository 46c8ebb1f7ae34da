create view billing.report_refusals as
select r.day, r.user_id, r.kind, r.cap, r.count, r.first_at, r.last_at
from billing.refusals r;

revoke all on billing.report_refusals from public, anon, authenticated;
grant select on billing.report_refusals to billing_reader, service_role;

comment on view billing.report_refusals is 'What limits refused: one row per day, user, kind of limit and cap.';
comment on column billing.report_refusals.day is 'The day in UTC.';
comment on column billing.report_refusals.user_id is 'The user.';
comment on column billing.report_refusals.kind is
  'cap: used up; reserved: held by running answers; rate: requests a minute; streams: answers at once; quota: what may be stored; blocked: the account; model: not on the plan.';
comment on column billing.report_refusals.cap is 'Which cap; empty where the limit is none.';
comment on column billing.report_refusals.count is 'How many requests were refused.';
comment on column billing.report_refusals.first_at is 'The first of the day.';
comment on column billing.report_refusals.last_at is 'The last of the day.';
