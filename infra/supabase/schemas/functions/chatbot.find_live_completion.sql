-- The answer that is being written in a chat.
create function chatbot.find_live_completion(p_chat_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  select c.id
  from chatbot.completions c
  where c.chat_id = p_chat_id and c.user_id = auth.uid() and c.purpose = 'answer' and c.state in ('admitted', 'streaming');
$$;

revoke all on function chatbot.find_live_completion from public;
grant execute on function chatbot.find_live_completion to authenticated;
