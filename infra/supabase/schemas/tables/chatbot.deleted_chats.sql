create table chatbot.deleted_chats (
  user_id uuid not null,
  chat_id uuid not null,
  deleted_at timestamptz not null default now(),
  constraint deleted_chats_pkey primary key (user_id, chat_id),
  constraint deleted_chats_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);

alter table chatbot.deleted_chats enable row level security;
alter table chatbot.deleted_chats force row level security;

revoke all on chatbot.deleted_chats from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.deleted_chats to service_role;

comment on table chatbot.deleted_chats is 'The ids of deleted chats: for their owner they stay deleted. They go with the account.';
comment on column chatbot.deleted_chats.user_id is 'The user.';
comment on column chatbot.deleted_chats.chat_id is 'The chat.';
comment on column chatbot.deleted_chats.deleted_at is 'When it was deleted.';
