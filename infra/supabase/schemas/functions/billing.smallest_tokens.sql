-- The tokens that the smallest send needs.
create function billing.smallest_tokens(p_limits billing.limits)
returns integer
language sql
immutable
return billing.smallest_prompt() + billing.min_output((p_limits).max_output_tokens);

revoke all on function billing.smallest_tokens from public;
grant execute on function billing.smallest_tokens to service_role;
