-- A cap is reached: who stops answers at it does so for those that were admitted until now, and it is told. A user of null is all.
create function billing.reach_cap(
  p_user_id uuid,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  p_starts_at timestamptz,
  p_resets_at timestamptz,
  p_at timestamptz
)
returns void
language sql
set search_path = ''
as $$
  insert into billing.reached_caps as r (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used)
  values (coalesce(p_user_id, '00000000-0000-0000-0000-000000000000'), p_cap, p_starts_at, p_resets_at, p_at, p_limit, p_used)
  on conflict (user_id, starts_at, cap) do update
  set reached_at = greatest(r.reached_at, excluded.reached_at),
      cap_limit = excluded.cap_limit,
      used = excluded.used;

  select billing.raise_cap_alert('cap_reached', p_user_id, p_cap, p_limit, p_used, p_starts_at, p_resets_at);
$$;

revoke all on function billing.reach_cap from public;
grant execute on function billing.reach_cap to service_role;
