-- The prompt of a completion, in order.
create function chatbot.prompt_of(p_id uuid)
returns table (seq bigint, role text, content text)
language sql
stable
set search_path = ''
as $$
  select -1, 'system', ch.system_prompt
  from chatbot.completions c
  join public.chats ch on ch.id = c.chat_id and ch.user_id = c.user_id
  where c.id = p_id and c.purpose = 'answer' and ch.system_prompt is not null
  union all
  select m.seq, m.role, case m.status when 'streaming' then chatbot.draft_text(m.id) else m.content end
  from chatbot.completions c
  join public.messages m on m.id = any (c.prompt_message_ids) and m.user_id = c.user_id
  where c.id = p_id;
$$;

revoke all on function chatbot.prompt_of from public;
grant execute on function chatbot.prompt_of to service_role;
