-- A title or a system prompt of another length.
create function chatbot.note_chat_text()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_bytes constant integer := octet_length(new.title) + coalesce(octet_length(new.system_prompt), 0)
    - octet_length(old.title) - coalesce(octet_length(old.system_prompt), 0);
begin
  -- A title is given in any case, by its first message or by a model; it is short.
  perform chatbot.note_storage(new.user_id, 0, v_bytes, v_bytes > 0 and new.system_prompt is distinct from old.system_prompt);
  return null;
end
$$;

revoke all on function chatbot.note_chat_text from public;
