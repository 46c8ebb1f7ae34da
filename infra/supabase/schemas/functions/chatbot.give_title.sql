-- Unless the user has named the chat meanwhile.
create function chatbot.give_title(p_user_id uuid, p_chat_id uuid, p_title text)
returns void
language sql
set search_path = ''
as $$
  update public.chats h
  set title = p_title,
      title_source = 'model'
  where h.id = p_chat_id and h.user_id = p_user_id and chatbot.awaits_title(h);
$$;

revoke all on function chatbot.give_title from public;
grant execute on function chatbot.give_title to service_role;
