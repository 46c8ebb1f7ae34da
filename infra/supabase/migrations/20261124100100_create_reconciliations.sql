-- What a closed day of the ledger came to, beside what the model's provider says of it.
create table billing.reconciliations (
  provider text not null,
  -- In UTC, as providers cut their days.
  day date not null,
  -- Ours; or the provider's name for it, where nothing here goes by it.
  model text not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  requests bigint not null,
  provider_input_tokens bigint not null,
  provider_output_tokens bigint not null,
  -- Null where the provider does not say.
  provider_requests bigint,
  -- Our tokens by the provider's; null where the provider has none.
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

-- Which days a provider was asked about: a day without any use has no figures, and is done all the same.
create table billing.reconciliation_runs (
  provider text not null,
  day date not null,
  attempts integer not null default 1,
  attempted_at timestamptz not null default now(),
  completed_at timestamptz,
  last_error text,
  constraint reconciliation_runs_pkey primary key (provider, day),
  constraint reconciliation_runs_provider_known check (provider = 'openai'),
  constraint reconciliation_runs_attempts_positive check (attempts > 0),
  constraint reconciliation_runs_error_length check (char_length(last_error) <= 500)
);

alter table billing.reconciliation_runs enable row level security;
alter table billing.reconciliation_runs force row level security;
revoke all on billing.reconciliation_runs from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.reconciliation_runs to service_role;
