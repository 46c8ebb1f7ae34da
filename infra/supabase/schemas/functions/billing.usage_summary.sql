-- The caller's standing in the current period.
create function billing.usage_summary()
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
  select s.* from billing.usage_summary_of(auth.uid()) s;
$$;

revoke all on function billing.usage_summary from public;
grant execute on function billing.usage_summary to authenticated;
