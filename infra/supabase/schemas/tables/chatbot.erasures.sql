create table chatbot.erasures (
  user_id uuid not null,
  new_id uuid not null default gen_random_uuid(),
  operation_id text not null default 'erase-account-' || gen_random_uuid(),
  created_at timestamptz not null default now(),
  constraint erasures_pkey primary key (user_id),
  constraint erasures_operation_once unique (operation_id),
  constraint erasures_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);

alter table chatbot.erasures enable row level security;
alter table chatbot.erasures force row level security;

revoke all on chatbot.erasures from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.erasures to service_role;

comment on table chatbot.erasures is
  'Accounts that are being erased. Written at the beginning and gone with the account at the end: from then on nothing tells which id took its place.';
comment on column chatbot.erasures.user_id is 'The account.';
comment on column chatbot.erasures.new_id is 'The id that takes its place in what stays.';
comment on column chatbot.erasures.operation_id is 'The operation that erases it.';
comment on column chatbot.erasures.created_at is 'When the erasure began.';
