create function billing.raise_alert(p_key text, p_kind text, p_user_id uuid, p_facts jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into billing.usage_alerts (alert_key, kind, user_id, facts)
  values (p_key, p_kind, p_user_id, p_facts)
  on conflict do nothing;
$$;

revoke all on function billing.raise_alert from public;
grant execute on function billing.raise_alert to service_role;
