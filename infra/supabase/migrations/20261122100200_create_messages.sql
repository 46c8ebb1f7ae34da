create table public.messages (
  id uuid not null default gen_random_uuid(),
  chat_id uuid not null,
  user_id uuid not null default auth.uid(),
  seq bigint generated always as identity,
  role text not null,
  content text not null default '',
  status text not null default 'complete',
  model text,
  finish_reason text,
  receipt jsonb,
  -- The id that the client gave, where it was not a uuid; id is then derived from it.
  client_id text,
  -- The completion that took this message's place: an edited or regenerated turn leaves the history, not the table.
  superseded_by uuid,
  -- Never below what any model's tokenizer makes of content; admission adds these up.
  token_bound integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint messages_pkey primary key (id),
  constraint messages_id_user_id_key unique (id, user_id),
  constraint messages_chat_fkey foreign key (chat_id, user_id) references public.chats (id, user_id) on delete cascade,
  constraint messages_role_known check (role in ('user', 'assistant', 'system')),
  constraint messages_status_known check (status in ('complete', 'streaming', 'interrupted', 'stopped', 'failed')),
  -- 256 KiB of what a user sends, 1 MiB of what a model answers.
  constraint messages_content_length check (octet_length(content) <= case role when 'assistant' then 1048576 else 262144 end),
  constraint messages_model_length check (char_length(model) between 1 and 100),
  constraint messages_finish_reason_known check (finish_reason in ('stop', 'length', 'content-filter', 'tool-calls', 'error', 'other')),
  constraint messages_client_id_length check (char_length(client_id) between 1 and 200),
  constraint messages_token_bound_positive check (token_bound >= 0),
  constraint messages_only_answers_have_outcomes check (
    role = 'assistant' or (status = 'complete' and model is null and finish_reason is null and receipt is null)
  )
);

create index messages_by_chat_newest_first on public.messages (chat_id, user_id, seq desc);
-- What lists and prompts read: an edit may have taken many out of the history.
create index messages_shown_newest_first on public.messages (chat_id, user_id, seq desc) where superseded_by is null;
create index messages_full_text on public.messages using gin (chatbot.search_vector(user_id, content));

create function chatbot.bound_message_tokens()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- No tokenizer makes more tokens of a text than it has bytes. Who knows better sets the column along with the text.
  if new.token_bound is null or (tg_op = 'UPDATE' and new.token_bound = old.token_bound) then
    new.token_bound := octet_length(new.content);
  end if;
  return new;
end
$$;

create trigger messages_bound_tokens
before insert or update of content on public.messages
for each row execute function chatbot.bound_message_tokens();

create trigger messages_touch_updated_at
before update on public.messages
for each row execute function chatbot.touch_updated_at();

alter table public.messages enable row level security;
alter table public.messages force row level security;

create policy "Users read their own messages" on public.messages
for select to authenticated
using (user_id = (select auth.uid()));

create policy "Users write user messages for themselves" on public.messages
for insert to authenticated
with check (user_id = (select auth.uid()) and role = 'user');

create policy "Users edit their own user messages" on public.messages
for update to authenticated
using (user_id = (select auth.uid()) and role = 'user')
with check (user_id = (select auth.uid()) and role = 'user');

create policy "Users delete their own messages" on public.messages
for delete to authenticated
using (user_id = (select auth.uid()));

revoke all on public.messages from public, anon, authenticated, service_role;
revoke all on sequence public.messages_seq_seq from public, anon, authenticated, service_role;
grant select, delete on public.messages to authenticated;
grant insert (id, chat_id, user_id, role, content, client_id) on public.messages to authenticated;
grant update (content) on public.messages to authenticated;
grant select, insert, update, delete on public.messages to service_role;

revoke all on function chatbot.bound_message_tokens from public;
