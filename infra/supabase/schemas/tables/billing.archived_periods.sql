create table billing.archived_periods (
  month date not null,
  files jsonb not null,
  archived_at timestamptz not null default now(),
  constraint archived_periods_pkey primary key (month),
  constraint archived_periods_month_is_first check (extract(day from month) = 1),
  constraint archived_periods_files_shape check (jsonb_typeof(files) = 'array' and octet_length(files::text) <= 4096)
);

create trigger archived_periods_append_only
before update or delete or truncate on billing.archived_periods
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.archived_periods enable always trigger archived_periods_append_only;

alter table billing.archived_periods enable row level security;
alter table billing.archived_periods force row level security;

revoke all on billing.archived_periods from public, anon, authenticated, service_role;
grant select, insert on billing.archived_periods to service_role;

comment on table billing.archived_periods is 'Months all of whose periods are closed, with the files that their report was written to.';
comment on column billing.archived_periods.month is 'Its first day. The periods are those that begin in it.';
comment on column billing.archived_periods.files is 'An array: format, name in the storage account, SHA-256 in hexadecimal, and size in bytes.';
comment on column billing.archived_periods.archived_at is 'When they were written.';
