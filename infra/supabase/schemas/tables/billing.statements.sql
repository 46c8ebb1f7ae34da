create table billing.statements (
  user_id uuid not null,
  period_start timestamptz not null,
  body jsonb not null,
  content_hash bytea not null,
  created_at timestamptz not null default now(),
  constraint statements_pkey primary key (period_start, user_id),
  constraint statements_hash_is_sha256 check (octet_length(content_hash) = 32)
);

create index statements_by_user on billing.statements (user_id, period_start desc);

create trigger statements_append_only
before update or delete or truncate on billing.statements
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.statements enable always trigger statements_append_only;

alter table billing.statements enable row level security;
alter table billing.statements force row level security;

revoke all on billing.statements from public, anon, authenticated, service_role;
grant select, insert on billing.statements to service_role;

comment on table billing.statements is 'A closed period, frozen.';
comment on column billing.statements.user_id is 'The user; not part of what is hashed, as it can change.';
comment on column billing.statements.period_start is 'When the period begins.';
comment on column billing.statements.body is 'Totals, a line per purpose, model and payer, and adjustments of earlier periods.';
comment on column billing.statements.content_hash is 'SHA-256 of the body''s text.';
comment on column billing.statements.created_at is 'When the period was closed.';
