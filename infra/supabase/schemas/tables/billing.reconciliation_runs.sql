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

comment on table billing.reconciliation_runs is
  'Which days a provider was asked about: a day without any use has no figures, and is done all the same.';
comment on column billing.reconciliation_runs.provider is 'openai, the only one that is asked.';
comment on column billing.reconciliation_runs.day is 'The day in UTC.';
comment on column billing.reconciliation_runs.attempts is 'How often it was asked.';
comment on column billing.reconciliation_runs.attempted_at is 'The last time.';
comment on column billing.reconciliation_runs.completed_at is 'When its figures were compared; null until then.';
comment on column billing.reconciliation_runs.last_error is 'Why the last attempt failed.';
