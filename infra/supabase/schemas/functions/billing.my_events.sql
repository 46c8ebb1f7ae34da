create function billing.my_events(p_before timestamptz, p_before_id uuid, p_limit integer)
returns setof billing.usage_events
language sql
stable
security definer
set search_path = ''
as $$
  select e.*
  from billing.usage_events e
  where e.user_id = auth.uid()
    and (e.occurred_at, e.id) < (coalesce(p_before, 'infinity'), coalesce(p_before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
  order by e.occurred_at desc, e.id desc
  limit p_limit;
$$;

revoke all on function billing.my_events from public;
grant execute on function billing.my_events to authenticated;
