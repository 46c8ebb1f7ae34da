create table billing.usage_alerts (
  id uuid not null default gen_random_uuid(),
  alert_key text not null,
  kind text not null,
  user_id uuid,
  facts jsonb not null default '{}',
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  delivered_at timestamptz,
  failed_at timestamptz,
  constraint usage_alerts_pkey primary key (id),
  constraint usage_alerts_once unique (alert_key),
  constraint usage_alerts_key_length check (char_length(alert_key) between 1 and 300),
  constraint usage_alerts_kind_known check (kind in ('cap_warning', 'cap_reached', 'reconciliation', 'period_archived')),
  constraint usage_alerts_facts_shape check (jsonb_typeof(facts) = 'object' and octet_length(facts::text) <= 4096),
  constraint usage_alerts_attempts_not_negative check (attempts >= 0),
  constraint usage_alerts_error_length check (char_length(last_error) <= 500),
  constraint usage_alerts_ends_once check (delivered_at is null or failed_at is null)
);

create index usage_alerts_to_deliver on billing.usage_alerts (due_at) where delivered_at is null and failed_at is null;
create index usage_alerts_by_user on billing.usage_alerts (user_id, created_at desc);

alter table billing.usage_alerts enable row level security;
alter table billing.usage_alerts force row level security;

revoke all on billing.usage_alerts from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_alerts to service_role;

comment on table billing.usage_alerts is
  'What an operator or a user should hear of. Each happening is told once: whoever raises it again, its key is taken.';
comment on column billing.usage_alerts.id is 'Sent along, so that a receiver tells repetitions.';
comment on column billing.usage_alerts.alert_key is 'What happened to whom and when.';
comment on column billing.usage_alerts.kind is 'cap_warning, cap_reached, reconciliation or period_archived.';
comment on column billing.usage_alerts.user_id is
  'Null where it is about the whole deployment. Without a foreign key: an alert outlives its user.';
comment on column billing.usage_alerts.facts is 'What the message says.';
comment on column billing.usage_alerts.created_at is 'When it happened.';
comment on column billing.usage_alerts.due_at is 'When to deliver it, or to try again.';
comment on column billing.usage_alerts.attempts is 'How often it was sent.';
comment on column billing.usage_alerts.last_error is 'Why the last attempt failed.';
comment on column billing.usage_alerts.delivered_at is 'When the receiver took it.';
comment on column billing.usage_alerts.failed_at is 'When it was given up.';
