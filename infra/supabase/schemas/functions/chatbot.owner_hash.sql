-- Tells whether an operation is somebody's, without telling whose it is.
create function chatbot.owner_hash(p_operation_id text, p_user_id uuid)
returns bytea
language sql
immutable
return sha256(convert_to(p_operation_id || '/' || p_user_id::text, 'UTF8'));

revoke all on function chatbot.owner_hash from public;
grant execute on function chatbot.owner_hash to service_role;
