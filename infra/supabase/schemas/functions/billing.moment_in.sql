-- Now, and in the period, whatever the clock has done since it was locked.
create function billing.moment_in(p_period billing.usage_periods)
returns timestamptz
language sql
set search_path = ''
return greatest((p_period).period_start, least(billing.clock(), (p_period).period_end - interval '1 microsecond'));

revoke all on function billing.moment_in from public;
grant execute on function billing.moment_in to service_role;
