-- The prompt and the answer of a completion whose usage the provider did not report, to be counted. Where a text was counted before, its
-- count comes in its place. Where a text of the prompt was changed, completed or deleted since, it can no longer be counted: its bytes come
-- in its place, as no text has more tokens than bytes, so that deleting never refunds.
create function chatbot.texts_to_count(p_id uuid)
returns table (role text, content text, tokens integer)
language sql
stable
set search_path = ''
as $$
  select
    'system',
    case when t.tokens is null then ch.system_prompt end,
    t.tokens
  from chatbot.completions c
  cross join lateral (select c.prompt_bytes - coalesce(sum(b.bytes), 0)::integer as bytes from unnest(c.prompt_message_bytes) b (bytes)) s
  left join public.chats ch on ch.id = c.chat_id and ch.user_id = c.user_id and c.purpose = 'answer'
  cross join lateral (
    select case when octet_length(ch.system_prompt) is distinct from s.bytes then s.bytes else ch.system_prompt_tokens end as tokens
  ) t
  where c.id = p_id and s.bytes > 0
  union all
  select
    coalesce(m.role, 'user'),
    case when t.tokens is null then x.content end,
    t.tokens
  from chatbot.completions c
  cross join lateral unnest(c.prompt_message_ids, c.prompt_message_bytes) p (message_id, bytes)
  left join public.messages m on m.id = p.message_id and m.user_id = c.user_id
  cross join lateral (select case m.status when 'streaming' then chatbot.draft_text(m.id) else m.content end as content) x
  cross join lateral (
    select case
      when octet_length(x.content) is distinct from p.bytes then p.bytes
      when m.status = 'streaming' then null
      -- A bound that is not the number of bytes was counted when the text was stored.
      else coalesce(
        (select n.tokens from chatbot.token_counts n where n.message_id = m.id),
        case when m.token_bound <> p.bytes then m.token_bound end
      )
    end as tokens
  ) t
  where c.id = p_id
  union all
  select 'answer', chatbot.draft_text(p_id), null;
$$;

revoke all on function chatbot.texts_to_count from public;
grant execute on function chatbot.texts_to_count to service_role;
