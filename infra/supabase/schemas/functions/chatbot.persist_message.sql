-- Stores a finished answer with its message. The draft stays until the usage is recorded, which may have to count it.
-- Returns what is known of the completion, null where there is none.
create function chatbot.persist_message(p_id uuid)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
begin
  select c.* into v_completion from chatbot.completions c where c.id = p_id for update;
  if not found then
    return null;
  end if;
  if v_completion.ended_at is null then
    return 'live';
  end if;
  if v_completion.persisted_at is not null then
    return 'persisted';
  end if;

  -- The message may be gone, or its id be a message of the user's own: what was called is billed all the same.
  update public.messages
  set content = chatbot.draft_text(p_id),
      status = case v_completion.state when 'finished' then 'complete' else v_completion.state end,
      model = v_completion.model,
      finish_reason = v_completion.finish_reason,
      -- Of an answer whose process died it is made with the ledger.
      receipt = v_completion.receipt
  where id = p_id and user_id = v_completion.user_id and role = 'assistant';

  update chatbot.completions
  set persisted_at = clock_timestamp(),
      receipt = null
  where id = p_id;
  return 'persisted';
end
$$;

revoke all on function chatbot.persist_message from public;
grant execute on function chatbot.persist_message to service_role;
