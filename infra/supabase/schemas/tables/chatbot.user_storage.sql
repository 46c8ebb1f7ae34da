create table chatbot.user_storage (
  user_id uuid not null,
  chats integer not null,
  bytes bigint not null,
  constraint user_storage_pkey primary key (user_id),
  constraint user_storage_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint user_storage_not_negative check (chats >= 0 and bytes >= 0)
);

alter table chatbot.user_storage enable row level security;
alter table chatbot.user_storage force row level security;

revoke all on chatbot.user_storage from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.user_storage to service_role;

comment on table chatbot.user_storage is 'What each user has stored, for the quotas of their plan; kept by triggers, whoever writes.';
comment on column chatbot.user_storage.user_id is 'The user.';
comment on column chatbot.user_storage.chats is 'How many chats.';
comment on column chatbot.user_storage.bytes is 'Of titles, system prompts and messages, in UTF-8, and 100 for each deleted chat, whose id is kept.';
