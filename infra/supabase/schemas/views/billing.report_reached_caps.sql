create view billing.report_reached_caps as
select
  nullif(r.user_id, '00000000-0000-0000-0000-000000000000') as user_id,
  r.cap,
  r.starts_at,
  r.resets_at,
  r.reached_at,
  r.cap_limit,
  r.used
from billing.reached_caps r;

revoke all on billing.report_reached_caps from public, anon, authenticated;
grant select on billing.report_reached_caps to billing_reader, service_role;

comment on view billing.report_reached_caps is
  'Caps that were reached: the smallest send no longer fitted, or a send was refused for it. One row per user, cap and period or day; a limit that is changed begins anew.';
comment on column billing.report_reached_caps.user_id is 'The user; null for a cap of the whole deployment.';
comment on column billing.report_reached_caps.cap is 'Which cap.';
comment on column billing.report_reached_caps.starts_at is 'The start of the period or day that it counts.';
comment on column billing.report_reached_caps.resets_at is 'When it starts anew.';
comment on column billing.report_reached_caps.reached_at is 'When it was last reached.';
comment on column billing.report_reached_caps.cap_limit is 'The limit at that time, in tokens or in the currency of the prices.';
comment on column billing.report_reached_caps.used is 'How much of it was used then.';
