create view billing.report_statements as
select s.user_id, s.period_start, s.body, encode(s.content_hash, 'hex') as content_hash, s.created_at
from billing.statements s;

revoke all on billing.report_statements from public, anon, authenticated;
grant select on billing.report_statements to billing_reader, service_role;

comment on view billing.report_statements is 'Closed periods, frozen.';
comment on column billing.report_statements.user_id is 'The user.';
comment on column billing.report_statements.period_start is 'When the period begins.';
comment on column billing.report_statements.body is 'Totals, a line per purpose, model and payer, and adjustments of earlier periods.';
comment on column billing.report_statements.content_hash is 'SHA-256 of the body''s text in hexadecimal.';
comment on column billing.report_statements.created_at is 'When the period was closed.';
