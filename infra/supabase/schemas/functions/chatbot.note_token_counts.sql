-- What was changed since it was read is left to be counted again.
create function chatbot.note_token_counts(p_completion_id uuid, p_message_ids uuid[], p_changed_at timestamptz[], p_tokens integer[])
returns void
language sql
set search_path = ''
as $$
  update public.chats ch
  set system_prompt_tokens = t.tokens
  from unnest(p_message_ids, p_changed_at, p_tokens) t (message_id, changed_at, tokens), chatbot.completions c
  where t.message_id is null and c.id = p_completion_id and ch.id = c.chat_id and ch.user_id = c.user_id and ch.updated_at = t.changed_at;

  update chatbot.token_counts n
  set tokens = t.tokens
  from unnest(p_message_ids, p_changed_at, p_tokens) t (message_id, changed_at, tokens)
  where n.message_id = t.message_id and n.changed_at = t.changed_at and n.tokens is null;
$$;

revoke all on function chatbot.note_token_counts from public;
grant execute on function chatbot.note_token_counts to service_role;
