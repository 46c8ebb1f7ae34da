-- Brings the user's current period and day in line with limits that have changed.
create function billing.review_user(p_user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_limits billing.limits;
  v_period billing.usage_periods;
begin
  -- First: who tells of a cap that use has reached has this lock.
  perform
  from billing.usage_periods u
  where u.user_id = p_user_id and u.period_end > billing.clock() and u.status <> 'closed'
  for update;

  delete from billing.reached_caps r where r.user_id = p_user_id and r.resets_at > billing.clock();

  select l.* into v_limits from billing.limits_of(p_user_id) l;
  update billing.usage_periods u
  set status = billing.status_under(v_limits, u.tokens, u.cost)
  where u.user_id = p_user_id and u.period_end > billing.clock() and u.status <> 'closed'
  returning u.* into v_period;
  if found then
    perform billing.note_caps(v_period, (billing.clock() at time zone 'UTC')::date, v_limits);
  end if;
end
$$;

revoke all on function billing.review_user from public;
grant execute on function billing.review_user to service_role;
