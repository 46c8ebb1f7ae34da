-- Closes periods that are over and hold no reservation any more, and freezes what they came to; how many. What becomes known
-- of their calls later counts to the period that is current then.
create function billing.close_periods(p_close_after interval, p_limit integer, p_operation_id text default null)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_over billing.usage_periods[];
begin
  select array_agg(o.period) into v_over
  from (
    select p as period
    from billing.usage_periods p
    where p.period_end < billing.clock() - p_close_after and p.status <> 'closed'
      and not exists (
        select from billing.usage_reservations r where r.user_id = p.user_id and r.period_start = p.period_start
      )
    order by p.period_end
    limit p_limit
    for update skip locked
  ) o;

  -- The locks are held: what was recorded until then is seen by this statement, and nothing is recorded meanwhile.
  insert into billing.statements (user_id, period_start, body, content_hash)
  select o.user_id, o.period_start, s.body, billing.hash_of(s.body)
  from unnest(v_over) o
  cross join lateral billing.statement_of(o.user_id, o.period_start) s (body)
  where s.body is not null;

  update billing.usage_periods u
  set status = 'closed'
  from unnest(v_over) o
  where u.user_id = o.user_id and u.period_start = o.period_start;
  perform chatbot.note_progress(p_operation_id, jsonb_build_object('periods', coalesce(cardinality(v_over), 0)));
  return coalesce(cardinality(v_over), 0);
end
$$;

revoke all on function billing.close_periods from public;
grant execute on function billing.close_periods to service_role;
