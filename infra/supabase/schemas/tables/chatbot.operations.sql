create table chatbot.operations (
  id text not null,
  kind text not null,
  owner_hash bytea,
  progress jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  touched_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default clock_timestamp() + interval '5 minutes',
  finished_at timestamptz,
  constraint operations_pkey primary key (id),
  constraint operations_id_form check (id ~ '^[a-z0-9-]{1,100}$'),
  constraint operations_kind_known check (kind in ('erase_account', 'close_period', 'archive_period', 'reencrypt_keys')),
  constraint operations_owner_hash_is_sha256 check (octet_length(owner_hash) = 32),
  constraint operations_progress_shape check (jsonb_typeof(progress) = 'object' and octet_length(progress::text) <= 4096)
);

create index operations_unfinished on chatbot.operations (due_at) where finished_at is null;
create index operations_finished on chatbot.operations (finished_at) where finished_at is not null;
create index operations_by_time on chatbot.operations (created_at desc);

alter table chatbot.operations enable row level security;
alter table chatbot.operations force row level security;

revoke all on chatbot.operations from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.operations to service_role;

comment on table chatbot.operations is
  'Work that takes long, done part by part in durable orchestrations. What is finished is deleted after a month.';
comment on column chatbot.operations.id is 'One per account, month or version of the data key. With created_at it is the id of the orchestration''s instance.';
comment on column chatbot.operations.kind is 'erase_account, close_period, archive_period or reencrypt_keys.';
comment on column chatbot.operations.owner_hash is
  'SHA-256 of the id and the user''s id: who erased their account can still ask for it, and nothing tells who that was. Null is nobody''s.';
comment on column chatbot.operations.progress is 'How much is done: counts by what was counted.';
comment on column chatbot.operations.created_at is 'When it began; of one that is done again, the last time.';
comment on column chatbot.operations.touched_at is 'The last sign of life.';
comment on column chatbot.operations.due_at is 'When it is started, or started again where it shows no sign of life until then.';
comment on column chatbot.operations.finished_at is 'When it was done.';
