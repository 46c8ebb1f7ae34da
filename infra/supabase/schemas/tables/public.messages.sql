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
  -- Never below what any model's tokenizer makes of content, when it was stored; admission adds these up, or what was counted since.
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
-- A regenerate that failed gives back what it took out of the history.
create index messages_superseded on public.messages (superseded_by) where superseded_by is not null;

create trigger messages_bound_tokens
before insert or update of content on public.messages
for each row execute function chatbot.bound_message_tokens();

create trigger messages_touch_updated_at
before update on public.messages
for each row execute function chatbot.touch_updated_at();

create trigger messages_note_new_uncounted
after insert on public.messages
for each row
when (new.token_bound = octet_length(new.content) and new.content <> '')
execute function chatbot.note_uncounted_text();

create trigger messages_note_changed_uncounted
after update of content on public.messages
for each row execute function chatbot.note_uncounted_text();

create trigger messages_name_chat
after insert on public.messages
for each row
when (new.role = 'user')
execute function chatbot.name_chat();

create trigger messages_note_new
after insert on public.messages
referencing new table as changed
for each statement execute function chatbot.note_messages();

create trigger messages_note_deleted
after delete on public.messages
referencing old table as changed
for each statement execute function chatbot.note_messages();

create trigger messages_note_text
after update of content on public.messages
for each row
when (octet_length(new.content) <> octet_length(old.content))
execute function chatbot.note_message_text();

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

comment on table public.messages is 'What users and models said.';
comment on column public.messages.id is 'Of the client''s choice, or made here; of an answer also the id of its completion.';
comment on column public.messages.chat_id is 'The chat.';
comment on column public.messages.user_id is 'Whose it is.';
comment on column public.messages.seq is 'Its place in the chat: grows with every message, with gaps.';
comment on column public.messages.role is 'user, assistant or system.';
comment on column public.messages.content is 'The text.';
comment on column public.messages.status is 'complete; of answers also streaming, interrupted, stopped or failed.';
comment on column public.messages.model is 'The model that answered.';
comment on column public.messages.finish_reason is 'Why the model ended.';
comment on column public.messages.receipt is 'What the answer took.';
comment on column public.messages.client_id is 'The id that the client gave, where it was no UUID; id is then derived from it.';
comment on column public.messages.superseded_by is
  'The completion that took its place: an edited or regenerated turn leaves the history, not the table.';
comment on column public.messages.token_bound is 'Never below what any model''s tokenizer makes of the text; admission adds these up.';
comment on column public.messages.created_at is 'When the row was made.';
comment on column public.messages.updated_at is 'When it was last changed.';
