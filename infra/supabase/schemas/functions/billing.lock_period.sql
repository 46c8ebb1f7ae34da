-- The lock on the user's period is the queue of all that counts against a cap; a first request makes the row.
create function billing.lock_period(p_user_id uuid, p_anchor_day integer)
returns billing.usage_periods
language plpgsql
set search_path = ''
as $$
declare
  v_current billing.usage_periods;
  v_period billing.usage_periods;
begin
  loop
    v_current := billing.current_period(p_user_id, p_anchor_day);
    select u.* into v_period
    from billing.usage_periods u
    where u.user_id = p_user_id and u.period_start = v_current.period_start
    for update;
    if not found then
      -- Who makes the first row at the same time, by an anchor that was moved just then, would make one that overlaps.
      perform pg_advisory_xact_lock(hashtextextended(p_user_id::text, 0));
      v_current := billing.current_period(p_user_id, p_anchor_day);
      insert into billing.usage_periods (user_id, period_start, period_end)
      values (p_user_id, v_current.period_start, v_current.period_end)
      on conflict do nothing;
    -- The period may have ended while it waited for its turn.
    elsif v_period.period_end > billing.clock() then
      return v_period;
    end if;
  end loop;
end
$$;

revoke all on function billing.lock_period from public;
grant execute on function billing.lock_period to service_role;
