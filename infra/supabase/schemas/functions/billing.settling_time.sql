-- How long a reservation outlasts the end of its call at the latest, so that only what was forgotten expires.
create function billing.settling_time()
returns interval
language sql
immutable
return interval '15 minutes';

revoke all on function billing.settling_time from public;
grant execute on function billing.settling_time to service_role;
