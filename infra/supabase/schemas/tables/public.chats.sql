create table public.chats (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  title text not null default 'New chat',
  -- Who named it: nobody yet, the first words of its first message, a model, or its user.
  title_source text not null default 'default',
  status text not null default 'active',
  model text,
  system_prompt text,
  -- Null until it is counted.
  system_prompt_tokens integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Those that are out of the history, too.
  message_count integer not null default 0,
  constraint chats_pkey primary key (id),
  -- What a child row's (chat_id, user_id) points at: nobody hangs a row on another user's chat.
  constraint chats_id_user_id_key unique (id, user_id),
  constraint chats_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint chats_title_length check (char_length(title) between 1 and 200),
  constraint chats_title_source_known check (title_source in ('default', 'words', 'model', 'user')),
  constraint chats_status_known check (status in ('active', 'archived')),
  constraint chats_model_length check (char_length(model) between 1 and 100),
  constraint chats_system_prompt_length check (octet_length(system_prompt) between 1 and 32768),
  constraint chats_system_prompt_tokens_not_negative check (system_prompt_tokens >= 0)
);

create index chats_by_owner_newest_first on public.chats (user_id, updated_at desc, id desc);
create index chats_by_owner_and_status on public.chats (user_id, status, updated_at desc, id desc);
create index chats_full_text on public.chats using gin (chatbot.search_vector(user_id, title));

-- A count changes nothing of a chat.
create trigger chats_touch_updated_at
before update of title, status, model, system_prompt on public.chats
for each row execute function chatbot.touch_updated_at();

create trigger chats_forget_system_prompt_tokens
before insert or update of system_prompt on public.chats
for each row execute function chatbot.forget_system_prompt_tokens();

create trigger chats_note_title_source
before insert or update of title on public.chats
for each row execute function chatbot.note_title_source();

create trigger chats_note_new
after insert on public.chats
referencing new table as changed
for each statement execute function chatbot.note_chats();

create trigger chats_note_deleted
after delete on public.chats
referencing old table as changed
for each statement execute function chatbot.note_chats();

create trigger chats_note_text
after update of title, system_prompt on public.chats
for each row
when (
  octet_length(new.title) <> octet_length(old.title)
  or octet_length(new.system_prompt) is distinct from octet_length(old.system_prompt)
)
execute function chatbot.note_chat_text();

create trigger chats_remember_deleted
after delete on public.chats
referencing old table as changed
for each statement execute function chatbot.remember_deleted_chats();

create trigger chats_refuse_deleted
after insert on public.chats
for each row execute function chatbot.refuse_deleted_chat();

alter table public.chats enable row level security;
alter table public.chats force row level security;

create policy "Users read their own chats" on public.chats
for select to authenticated
using (user_id = (select auth.uid()));

create policy "Users create chats for themselves" on public.chats
for insert to authenticated
with check (user_id = (select auth.uid()));

create policy "Users change their own chats" on public.chats
for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

create policy "Users delete their own chats" on public.chats
for delete to authenticated
using (user_id = (select auth.uid()));

revoke all on public.chats from public, anon, authenticated, service_role;
grant select, delete on public.chats to authenticated;
grant insert (id, user_id, title, title_source, status, model, system_prompt) on public.chats to authenticated;
grant update (title, title_source, status, model, system_prompt) on public.chats to authenticated;
grant select, insert, update, delete on public.chats to service_role;

comment on table public.chats is 'A conversation of one user.';
comment on column public.chats.id is 'Of the client''s choice, or made here.';
comment on column public.chats.user_id is 'Whose it is.';
comment on column public.chats.title is 'For people to read.';
comment on column public.chats.title_source is
  'Who named it: nobody yet (default), the first words of its first message, a model, or its user.';
comment on column public.chats.status is 'active or archived.';
comment on column public.chats.model is 'The model that answers; null leaves the choice to the preferences.';
comment on column public.chats.system_prompt is 'What the model is told before the conversation.';
comment on column public.chats.system_prompt_tokens is 'Null until it is counted.';
comment on column public.chats.created_at is 'When the row was made.';
comment on column public.chats.updated_at is 'The last change, a message sent included; lists are sorted by it.';
comment on column public.chats.message_count is 'Its messages, those out of the history included.';
