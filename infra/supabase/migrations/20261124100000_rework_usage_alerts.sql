-- Nothing was written here yet: the outbox for notifications is made anew, with the state of its delivery.
drop table billing.usage_alerts;

-- Each happening is told once: whoever raises it again, its key is taken.
create table billing.usage_alerts (
  id uuid not null default gen_random_uuid(),
  alert_key text not null,
  kind text not null,
  -- Null where it is about the whole deployment. Without a foreign key: an alert outlives its user.
  user_id uuid,
  facts jsonb not null default '{}',
  created_at timestamptz not null default now(),
  -- When to deliver it, or to try again.
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  delivered_at timestamptz,
  -- When it was given up.
  failed_at timestamptz,
  constraint usage_alerts_pkey primary key (id),
  constraint usage_alerts_once unique (alert_key),
  constraint usage_alerts_key_length check (char_length(alert_key) between 1 and 300),
  constraint usage_alerts_kind_known check (kind in ('cap', 'reconciliation')),
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

create function billing.raise_alert(p_key text, p_kind text, p_user_id uuid, p_facts jsonb)
returns void
language sql
begin atomic
  insert into billing.usage_alerts (alert_key, kind, user_id, facts)
  values (p_key, p_kind, p_user_id, p_facts)
  on conflict do nothing;
end;

revoke all on function billing.raise_alert from public;
grant execute on function billing.raise_alert to service_role;
