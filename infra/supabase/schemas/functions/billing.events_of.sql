-- All ledger rows of a completion.
create function billing.events_of(p_completion_id uuid)
returns setof billing.usage_events
language sql
stable
set search_path = ''
as $$
  -- Each half has an index of its own.
  select e.* from billing.usage_events e where e.completion_id = p_completion_id and e.quality <> 'adjustment'
  union all
  select e.* from billing.usage_events e where e.completion_id = p_completion_id and e.quality = 'adjustment';
$$;

revoke all on function billing.events_of from public;
grant execute on function billing.events_of to service_role;
