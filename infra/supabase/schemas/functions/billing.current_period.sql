-- The user's period, as it is or as it would begin now. A period goes on to its end, also where the anchor has moved meanwhile.
create function billing.current_period(p_user_id uuid, p_anchor_day integer)
returns billing.usage_periods
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := billing.clock();
  v_period billing.usage_periods;
begin
  select u.* into v_period
  from billing.usage_periods u
  where u.user_id = p_user_id
  order by u.period_start desc
  limit 1;

  if v_period.period_end is null or v_period.period_end <= v_now then
    v_period.user_id := p_user_id;
    v_period.period_start := greatest(v_period.period_end, billing.period_start(v_now, p_anchor_day));
    v_period.period_end := billing.period_end(v_now, p_anchor_day);
    v_period.tokens := 0;
    v_period.cost := 0;
    v_period.own_key_tokens := 0;
    v_period.status := 'open';
  end if;
  return v_period;
end
$$;

revoke all on function billing.current_period from public;
grant execute on function billing.current_period to service_role;
