-- The newest messages of the chat that fit into p_budget tokens, oldest first, with the bytes of each, what the prompt is at most, and
-- its bytes; together with a message of p_more tokens that is not stored.
create function chatbot.choose_prompt(
  p_user_id uuid,
  p_chat_id uuid,
  p_completion_id uuid,
  p_budget integer,
  -- For a model whose vocabulary nobody has counted with.
  p_in_bytes boolean,
  p_more integer default null
)
returns table (message_ids uuid[], message_bytes integer[], token_bound integer, bytes integer)
language plpgsql
stable
set search_path = ''
as $$
declare
  c_per_message constant integer := chatbot.message_overhead();
  v_row record;
  v_ids uuid[] := '{}';
  v_sizes integer[] := '{}';
  v_bound integer := c_per_message;
  v_bytes integer := 0;
begin
  select octet_length(ch.system_prompt) as bytes, ch.system_prompt_tokens as tokens
  into v_row
  from public.chats ch
  where ch.id = p_chat_id and ch.user_id = p_user_id and ch.system_prompt is not null;
  if found then
    v_bytes := v_row.bytes;
    v_bound := v_bound + c_per_message + case when p_in_bytes then v_row.bytes else coalesce(v_row.tokens, v_row.bytes) end;
  end if;
  if p_more is not null then
    v_bound := v_bound + c_per_message + p_more;
  end if;

  for v_row in
    select m.id, t.bytes,
      case
        when p_in_bytes or m.status = 'streaming' then t.bytes
        else coalesce((select n.tokens from chatbot.token_counts n where n.message_id = m.id), m.token_bound)
      end as tokens
    from public.messages m
    cross join lateral (
      select case m.status when 'streaming' then octet_length(chatbot.draft_text(m.id)) else octet_length(m.content) end as bytes
    ) t
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.id is distinct from p_completion_id
    order by m.seq desc
  loop
    continue when v_row.tokens = 0;
    exit when v_bound + c_per_message + v_row.tokens > p_budget;
    v_bound := v_bound + c_per_message + v_row.tokens;
    v_bytes := v_bytes + v_row.bytes;
    v_ids := v_row.id || v_ids;
    v_sizes := v_row.bytes || v_sizes;
  end loop;

  if v_bound > p_budget or (v_ids = '{}' and p_more is null) then
    perform chatbot.refuse('CB011', 'The message does not fit into the model''s context.', jsonb_build_object(
      'contextTokens', p_budget
    ));
  end if;

  return query select v_ids, v_sizes, v_bound, v_bytes;
end
$$;

revoke all on function chatbot.choose_prompt from public;
