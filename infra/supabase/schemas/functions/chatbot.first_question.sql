-- What a chat began with.
create function chatbot.first_question(p_chat public.chats)
returns text
language sql
stable
set search_path = ''
as $$
  select m.content
  from public.messages m
  where m.chat_id = (p_chat).id and m.user_id = (p_chat).user_id and m.role = 'user'
  order by m.seq
  limit 1;
$$;

revoke all on function chatbot.first_question from public;
grant execute on function chatbot.first_question to service_role;
