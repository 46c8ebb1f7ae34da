-- The tokens of the smallest prompt: a message of one.
create function billing.smallest_prompt()
returns integer
language sql
immutable
return 2 * chatbot.message_overhead() + 1;

revoke all on function billing.smallest_prompt from public;
grant execute on function billing.smallest_prompt to service_role;
