-- The caller's standing in the current period.
create function billing.standing()
returns table (
  plan_id text,
  status text,
  period_start timestamptz,
  period_end timestamptz,
  cap text,
  cap_limit numeric,
  used numeric,
  reserved numeric,
  reserved_by uuid[],
  resets_at timestamptz,
  is_reached boolean
)
language sql
security definer
set search_path = ''
as $$
  select s.* from billing.standing_of(auth.uid()) s;
$$;

revoke all on function billing.standing from public;
grant execute on function billing.standing to authenticated;
