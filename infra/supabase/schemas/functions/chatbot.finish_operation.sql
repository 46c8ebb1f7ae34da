create function chatbot.finish_operation(p_operation_id text)
returns void
language sql
set search_path = ''
as $$
  update chatbot.operations
  set touched_at = clock_timestamp(),
      finished_at = clock_timestamp()
  where id = p_operation_id and finished_at is null;
$$;

revoke all on function chatbot.finish_operation from public;
grant execute on function chatbot.finish_operation to service_role;
