-- A text of another length. An answer is stored, however much there is.
create function chatbot.note_message_text()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_bytes constant integer := octet_length(new.content) - octet_length(old.content);
begin
  perform chatbot.note_storage(new.user_id, 0, v_bytes, new.role = 'user' and v_bytes > 0);
  return null;
end
$$;

revoke all on function chatbot.note_message_text from public;
