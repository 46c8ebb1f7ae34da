create table public.chats (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  title text not null default 'New chat',
  status text not null default 'active',
  model text,
  system_prompt text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint chats_pkey primary key (id),
  -- What a child row's (chat_id, user_id) points at: nobody hangs a row on another user's chat.
  constraint chats_id_user_id_key unique (id, user_id),
  constraint chats_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint chats_title_length check (char_length(title) between 1 and 200),
  constraint chats_status_known check (status in ('active', 'archived')),
  constraint chats_model_length check (char_length(model) between 1 and 100),
  constraint chats_system_prompt_length check (octet_length(system_prompt) between 1 and 32768)
);

create index chats_by_owner_newest_first on public.chats (user_id, updated_at desc, id desc);
create index chats_by_owner_and_status on public.chats (user_id, status, updated_at desc, id desc);
create index chats_full_text on public.chats using gin (chatbot.search_vector(user_id, title));

create trigger chats_touch_updated_at
before update on public.chats
for each row execute function chatbot.touch_updated_at();

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
grant insert (id, user_id, title, status, model, system_prompt) on public.chats to authenticated;
grant update (title, status, model, system_prompt) on public.chats to authenticated;
grant select, insert, update, delete on public.chats to service_role;
