-- Once per period or day and cap, whoever notices. A user of null is all.
create function billing.raise_cap_alert(
  p_kind text,
  p_user_id uuid,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  p_starts_at timestamptz,
  p_resets_at timestamptz
)
returns void
language sql
set search_path = ''
as $$
  select billing.raise_alert(
    format('%s:%s:%s:%s', p_kind, coalesce(p_user_id::text, 'deployment'), p_cap, to_char(p_starts_at at time zone 'UTC', 'YYYY-MM-DD')),
    p_kind,
    p_user_id,
    jsonb_build_object(
      'cap', p_cap,
      'percent', coalesce(floor(p_used * 100 / nullif(p_limit, 0)), 100),
      'limit', p_limit,
      'used', p_used,
      'periodStart', p_starts_at,
      'resetsAt', p_resets_at
    )
  );
$$;

revoke all on function billing.raise_cap_alert from public;
grant execute on function billing.raise_cap_alert to service_role;
