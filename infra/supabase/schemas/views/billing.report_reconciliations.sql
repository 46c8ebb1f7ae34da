create view billing.report_reconciliations as
select
  r.provider,
  r.day,
  r.model,
  r.input_tokens,
  r.output_tokens,
  r.requests,
  r.provider_input_tokens,
  r.provider_output_tokens,
  r.provider_requests,
  r.ratio,
  r.compared_at
from billing.reconciliations r;

revoke all on billing.report_reconciliations from public, anon, authenticated;
grant select on billing.report_reconciliations to billing_reader, service_role;

comment on view billing.report_reconciliations is 'What days of the ledger came to, beside what the provider says of them.';
comment on column billing.report_reconciliations.provider is 'openai or azure.';
comment on column billing.report_reconciliations.day is 'The day in UTC.';
comment on column billing.report_reconciliations.model is 'Ours; or the provider''s name for it, where nothing here goes by it.';
comment on column billing.report_reconciliations.input_tokens is 'In the ledger, cached ones included; without own keys.';
comment on column billing.report_reconciliations.output_tokens is 'In the ledger, reasoning included.';
comment on column billing.report_reconciliations.requests is 'Calls in the ledger.';
comment on column billing.report_reconciliations.provider_input_tokens is 'As the provider counts them.';
comment on column billing.report_reconciliations.provider_output_tokens is 'As the provider counts them.';
comment on column billing.report_reconciliations.provider_requests is 'Null where the provider does not say.';
comment on column billing.report_reconciliations.ratio is 'Our tokens by the provider''s; null where the provider has none.';
comment on column billing.report_reconciliations.compared_at is 'When the two were compared.';
