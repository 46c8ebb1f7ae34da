create view billing.report_alerts as
select
  a.id,
  a.kind,
  a.user_id,
  a.facts ->> 'cap' as cap,
  (a.facts ->> 'percent')::numeric as percent,
  (a.facts ->> 'limit')::numeric as cap_limit,
  (a.facts ->> 'used')::numeric as used,
  (a.facts ->> 'periodStart')::timestamptz as starts_at,
  (a.facts ->> 'resetsAt')::timestamptz as resets_at,
  a.facts ->> 'provider' as provider,
  (a.facts ->> 'day')::date as day,
  a.facts ->> 'model' as model,
  (a.facts ->> 'ratio')::numeric as ratio,
  a.created_at,
  a.attempts,
  a.delivered_at,
  a.failed_at
from billing.usage_alerts a;

revoke all on billing.report_alerts from public, anon, authenticated;
grant select on billing.report_alerts to billing_reader, service_role;

comment on view billing.report_alerts is 'Alerts, and what became of them.';
comment on column billing.report_alerts.id is 'The alert''s id, as it is sent.';
comment on column billing.report_alerts.kind is 'cap_warning, cap_reached or reconciliation.';
comment on column billing.report_alerts.user_id is 'The user; null where it is about the whole deployment.';
comment on column billing.report_alerts.cap is 'Which cap; null, like the next five, where it is about none.';
comment on column billing.report_alerts.percent is 'How much of the cap was used.';
comment on column billing.report_alerts.cap_limit is 'The limit, in tokens or in the currency of the prices.';
comment on column billing.report_alerts.used is 'How much of it was used.';
comment on column billing.report_alerts.starts_at is 'The start of the period or day that the cap counts.';
comment on column billing.report_alerts.resets_at is 'When it starts anew.';
comment on column billing.report_alerts.provider is 'Whose figures differ; null, like the next three, where it is about a cap.';
comment on column billing.report_alerts.day is 'Which day''s.';
comment on column billing.report_alerts.model is 'Which model''s.';
comment on column billing.report_alerts.ratio is 'Our tokens by the provider''s.';
comment on column billing.report_alerts.created_at is 'When it was raised.';
comment on column billing.report_alerts.attempts is 'How often it was sent.';
comment on column billing.report_alerts.delivered_at is 'When the receiver took it.';
comment on column billing.report_alerts.failed_at is 'When it was given up.';
