create table chatbot.stop_requests (
  user_id uuid not null,
  chat_id uuid not null,
  message_id uuid not null,
  expires_at timestamptz not null,
  constraint stop_requests_pkey primary key (user_id, chat_id, message_id),
  constraint stop_requests_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);

create index stop_requests_by_expiry on chatbot.stop_requests (expires_at);

alter table chatbot.stop_requests enable row level security;
alter table chatbot.stop_requests force row level security;

revoke all on chatbot.stop_requests from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.stop_requests to service_role;

comment on table chatbot.stop_requests is
  'Stops that came before the send that they are meant for: its answer ends as stopped at once, without a call. They go with the account.';
comment on column chatbot.stop_requests.user_id is 'The user.';
comment on column chatbot.stop_requests.chat_id is 'The chat, which may have still to come, too.';
comment on column chatbot.stop_requests.message_id is 'The user message, which has still to come.';
comment on column chatbot.stop_requests.expires_at is 'Until when the stop counts.';
