-- What a model makes a title of, once a chat has an answer; no row where the chat awaits none, or had its turn.
create function chatbot.title_subject(p_completion_id uuid)
returns table (user_id uuid, chat_id uuid, question text, answer text)
language sql
stable
set search_path = ''
as $$
  select c.user_id, c.chat_id, left(chatbot.first_question(h), 2000), left(a.content, 2000)
  from chatbot.completions c
  join public.chats h on h.id = c.chat_id and h.user_id = c.user_id
  join public.messages a on a.id = c.id and a.role = 'assistant'
  where c.id = p_completion_id and c.purpose = 'answer' and c.state = 'finished' and chatbot.awaits_title(h)
    and not exists (select from chatbot.completions t where t.chat_id = c.chat_id and t.user_id = c.user_id and t.purpose = 'title');
$$;

revoke all on function chatbot.title_subject from public;
grant execute on function chatbot.title_subject to service_role;
