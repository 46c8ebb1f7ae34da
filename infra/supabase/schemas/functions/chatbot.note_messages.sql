-- Counts messages that came, or went, with one statement.
create function chatbot.note_messages()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_sign constant integer := case tg_op when 'INSERT' then 1 else -1 end;
  v_changed record;
  v_messages integer;
begin
  for v_changed in
    select c.user_id, c.chat_id, count(*) as messages, sum(octet_length(c.content)) as bytes
    from changed c
    group by c.user_id, c.chat_id
  loop
    update public.chats h
    set message_count = h.message_count + v_sign * v_changed.messages
    where h.id = v_changed.chat_id
    returning h.message_count into v_messages;
    perform chatbot.note_storage(v_changed.user_id, 0, v_sign * v_changed.bytes, tg_op = 'INSERT', v_messages);
  end loop;
  return null;
end
$$;

revoke all on function chatbot.note_messages from public;
