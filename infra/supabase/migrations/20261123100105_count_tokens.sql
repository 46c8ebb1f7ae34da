-- What a text is at most in tokens is its bytes until somebody has counted it. The count is for the vocabulary of the models that
-- are configured by default; a model with another is bounded by bytes.
alter table public.messages add column is_counted boolean not null default false;
create index messages_to_count on public.messages (chat_id, user_id) where not is_counted;

create or replace function chatbot.bound_message_tokens()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- No tokenizer makes more tokens of a text than it has bytes. Who knows better sets the column along with the text.
  new.is_counted := new.token_bound is not null and (tg_op = 'INSERT' or new.token_bound <> old.token_bound);
  if not new.is_counted then
    new.token_bound := octet_length(new.content);
  end if;
  return new;
end
$$;

-- A count changes nothing of a message.
drop trigger messages_touch_updated_at on public.messages;
create trigger messages_touch_updated_at
before update of content, status, model, finish_reason, receipt, superseded_by on public.messages
for each row execute function chatbot.touch_updated_at();

-- Null until it is counted.
alter table public.chats
  add column system_prompt_tokens integer,
  add constraint chats_system_prompt_tokens_not_negative check (system_prompt_tokens >= 0);

drop trigger chats_touch_updated_at on public.chats;
create trigger chats_touch_updated_at
before update of title, status, model, system_prompt on public.chats
for each row execute function chatbot.touch_updated_at();

create function chatbot.forget_system_prompt_tokens()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.system_prompt_tokens := null;
  return new;
end
$$;

create trigger chats_forget_system_prompt_tokens
before insert or update of system_prompt on public.chats
for each row execute function chatbot.forget_system_prompt_tokens();

alter table chatbot.completions
  -- The texts of the prompt in bytes: what is missing of them when it is to be counted is charged by its bytes.
  add column prompt_bytes integer not null default 0,
  add constraint completions_prompt_bytes_not_negative check (prompt_bytes >= 0);

-- The texts of a completion's chat that nobody has counted; the system prompt is that without an id.
create function chatbot.uncounted_texts(p_completion_id uuid)
returns table (message_id uuid, content text, changed_at timestamptz)
language sql
stable
set search_path = ''
begin atomic
  select null::uuid, ch.system_prompt, ch.updated_at
  from chatbot.completions c
  join public.chats ch on ch.id = c.chat_id
  where c.id = p_completion_id and ch.system_prompt is not null and ch.system_prompt_tokens is null
  union all
  (
    select m.id, m.content, m.updated_at
    from chatbot.completions c
    join public.messages m on m.chat_id = c.chat_id and m.user_id = c.user_id and not m.is_counted and m.status <> 'streaming'
    where c.id = p_completion_id
    limit 100
  );
end;

-- What was changed since it was read is left to be counted again.
create function chatbot.note_token_counts(p_completion_id uuid, p_message_ids uuid[], p_changed_at timestamptz[], p_tokens integer[])
returns void
language sql
set search_path = ''
begin atomic
  update public.chats ch
  set system_prompt_tokens = t.tokens
  from unnest(p_message_ids, p_changed_at, p_tokens) t (message_id, changed_at, tokens), chatbot.completions c
  where t.message_id is null and c.id = p_completion_id and ch.id = c.chat_id and ch.updated_at = t.changed_at;

  update public.messages m
  set token_bound = t.tokens,
      is_counted = true
  from unnest(p_message_ids, p_changed_at, p_tokens) t (message_id, changed_at, tokens)
  where m.id = t.message_id and m.updated_at = t.changed_at;
end;

revoke all on all functions in schema chatbot from public;
grant execute on function chatbot.uncounted_texts, chatbot.note_token_counts to service_role;
