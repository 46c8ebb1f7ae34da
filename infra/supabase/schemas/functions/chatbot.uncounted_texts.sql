-- Texts of a completion's chat that nobody has counted, the newest of them, p_bytes together but one at least; the system prompt
-- is that without an id.
create function chatbot.uncounted_texts(p_completion_id uuid, p_bytes integer)
returns table (message_id uuid, content text, changed_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select null::uuid, ch.system_prompt, ch.updated_at
  from chatbot.completions c
  join public.chats ch on ch.id = c.chat_id and ch.user_id = c.user_id
  where c.id = p_completion_id and ch.system_prompt is not null and ch.system_prompt_tokens is null
  union all
  select m.id, m.content, n.changed_at
  from (
    select u.message_id, u.changed_at, row_number() over w as place, sum(u.bytes) over w as bytes
    from (
      select t.message_id, t.changed_at, octet_length(m.content) as bytes
      from chatbot.completions c
      join chatbot.token_counts t on t.chat_id = c.chat_id and t.tokens is null
      join public.messages m on m.id = t.message_id and m.user_id = c.user_id and m.status <> 'streaming'
      where c.id = p_completion_id
      order by t.changed_at desc
      limit 100
    ) u
    window w as (order by u.changed_at desc, u.message_id)
  ) n
  join public.messages m on m.id = n.message_id
  where n.bytes <= p_bytes or n.place = 1;
$$;

revoke all on function chatbot.uncounted_texts from public;
grant execute on function chatbot.uncounted_texts to service_role;
