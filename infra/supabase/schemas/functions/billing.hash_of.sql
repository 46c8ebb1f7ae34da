create function billing.hash_of(p_statement jsonb)
returns bytea
language sql
immutable
return sha256(convert_to(p_statement::text, 'UTF8'));

revoke all on function billing.hash_of from public;
grant execute on function billing.hash_of to service_role;
