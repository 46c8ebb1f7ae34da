-- Adds to what an operation has done, in the transaction that did it. Where there is no such operation, another database's was meant: nothing
-- is done then.
create function chatbot.note_progress(p_operation_id text, p_counts jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update chatbot.operations o
  set touched_at = clock_timestamp(),
      due_at = clock_timestamp() + interval '5 minutes',
      progress = o.progress || (
        select jsonb_object_agg(c.key, coalesce((o.progress ->> c.key)::bigint, 0) + c.value::bigint)
        from jsonb_each_text(p_counts) c
      )
  where o.id = p_operation_id;
  if not found and p_operation_id is not null then
    raise exception 'There is no operation %.', p_operation_id;
  end if;
end
$$;

revoke all on function chatbot.note_progress from public;
grant execute on function chatbot.note_progress to service_role;
