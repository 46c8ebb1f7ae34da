-- The least tokens that an answer may have: one that must end after fewer is not worth its prompt.
create function billing.min_output(p_max_output integer)
returns integer
language sql
immutable
return least(p_max_output, 256);

revoke all on function billing.min_output from public;
grant execute on function billing.min_output to service_role;
