-- The time that usage is billed by. Leases and retries go by the clock itself.
create function billing.clock()
returns timestamptz
language sql
volatile
return clock_timestamp();

revoke all on function billing.clock from public;
grant execute on function billing.clock to service_role;
