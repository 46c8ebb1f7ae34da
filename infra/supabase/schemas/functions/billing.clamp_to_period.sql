-- Now, and in the period, whatever the clock has done since it was locked.
create function billing.clamp_to_period(p_period billing.usage_periods)
returns timestamptz
language sql
set search_path = ''
return greatest((p_period).period_start, least(billing.clock(), (p_period).period_end - interval '1 microsecond'));

revoke all on function billing.clamp_to_period from public;
grant execute on function billing.clamp_to_period to service_role;
