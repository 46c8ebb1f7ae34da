-- The prompt and the answer of a completion whose usage the provider did not report, to be counted; of what was counted before, the
-- count in place of the text.
create function chatbot.texts_to_count(p_id uuid)
returns table (role text, content text, tokens integer)
language sql
stable
set search_path = ''
as $$
  select 'system', case when ch.system_prompt_tokens is null then ch.system_prompt end, ch.system_prompt_tokens
  from chatbot.completions c
  join public.chats ch on ch.id = c.chat_id and ch.user_id = c.user_id
  where c.id = p_id and c.purpose = 'answer' and ch.system_prompt is not null
  union all
  select
    m.role,
    case when t.tokens is not null then null when m.status = 'streaming' then chatbot.draft_text(m.id) else m.content end,
    t.tokens
  from chatbot.completions c
  join public.messages m on m.id = any (c.prompt_message_ids) and m.user_id = c.user_id
  left join lateral (
    -- A bound that is not the number of bytes was counted when the text was stored.
    select coalesce(n.tokens, case when m.token_bound <> octet_length(m.content) then m.token_bound end) as tokens
    from (values (m.id)) i (id)
    left join chatbot.token_counts n on n.message_id = i.id
    where m.status <> 'streaming'
  ) t on true
  where c.id = p_id
  union all
  select 'answer', chatbot.draft_text(p_id), null;
$$;

revoke all on function chatbot.texts_to_count from public;
grant execute on function chatbot.texts_to_count to service_role;
