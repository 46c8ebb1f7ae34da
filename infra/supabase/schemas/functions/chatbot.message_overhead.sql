-- The tokens that a chat format adds around each message, and once around the whole.
create function chatbot.message_overhead()
returns integer
language sql
immutable
return 8;

revoke all on function chatbot.message_overhead from public;
grant execute on function chatbot.message_overhead to service_role;
