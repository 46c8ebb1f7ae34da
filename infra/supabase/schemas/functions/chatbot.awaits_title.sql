-- Whether a model may name the chat: its user has not, and what it began with is there.
create function chatbot.awaits_title(p_chat public.chats)
returns boolean
language sql
stable
set search_path = ''
as $$
  select (p_chat).title_source in ('default', 'words') and chatbot.first_question(p_chat) is not null;
$$;

revoke all on function chatbot.awaits_title from public;
grant execute on function chatbot.awaits_title to service_role;
