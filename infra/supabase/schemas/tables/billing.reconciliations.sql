create table billing.reconciliations (
  provider text not null,
  day date not null,
  model text not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  requests bigint not null,
  provider_input_tokens bigint not null,
  provider_output_tokens bigint not null,
  provider_requests bigint,
  ratio numeric,
  compared_at timestamptz not null default now(),
  constraint reconciliations_pkey primary key (provider, day, model),
  constraint reconciliations_provider_known check (provider in ('openai', 'azure')),
  constraint reconciliations_model_length check (char_length(model) between 1 and 100),
  constraint reconciliations_provider_not_negative check (provider_input_tokens >= 0 and provider_output_tokens >= 0 and provider_requests >= 0)
);

create index reconciliations_by_day on billing.reconciliations (day, provider, model);

alter table billing.reconciliations enable row level security;
alter table billing.reconciliations force row level security;

revoke all on billing.reconciliations from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.reconciliations to service_role;

comment on table billing.reconciliations is 'What a closed day of the ledger came to, beside what the model''s provider says of it.';
comment on column billing.reconciliations.provider is 'openai or azure.';
comment on column billing.reconciliations.day is 'The day in UTC, as providers cut theirs.';
comment on column billing.reconciliations.model is 'Ours; or the provider''s name for it, where nothing here goes by it.';
comment on column billing.reconciliations.input_tokens is 'In the ledger, cached ones included.';
comment on column billing.reconciliations.output_tokens is 'In the ledger, reasoning included.';
comment on column billing.reconciliations.requests is 'Calls in the ledger.';
comment on column billing.reconciliations.provider_input_tokens is 'As the provider counts them.';
comment on column billing.reconciliations.provider_output_tokens is 'As the provider counts them.';
comment on column billing.reconciliations.provider_requests is 'Null where the provider does not say.';
comment on column billing.reconciliations.ratio is 'Our tokens by the provider''s; null where the provider has none.';
comment on column billing.reconciliations.compared_at is 'When the two were compared.';
