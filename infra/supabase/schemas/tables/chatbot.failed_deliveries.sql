create table chatbot.failed_deliveries (
  queue text not null,
  body_hash bytea not null,
  attempts integer not null,
  last_error text not null,
  failed_at timestamptz not null default now(),
  constraint failed_deliveries_pkey primary key (queue, body_hash),
  constraint failed_deliveries_queue_length check (char_length(queue) between 1 and 63),
  constraint failed_deliveries_hash_is_sha256 check (octet_length(body_hash) = 32),
  constraint failed_deliveries_attempts_positive check (attempts > 0),
  constraint failed_deliveries_error_length check (char_length(last_error) between 1 and 500)
);

create index failed_deliveries_oldest_first on chatbot.failed_deliveries (failed_at);

alter table chatbot.failed_deliveries enable row level security;
alter table chatbot.failed_deliveries force row level security;

revoke all on chatbot.failed_deliveries from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.failed_deliveries to service_role;

comment on table chatbot.failed_deliveries is
  'Queue messages whose handling failed and that are delivered again, by what is in them: their copy in a poison queue has another id. A row goes when the message is handled, or becomes a dead letter with it.';
comment on column chatbot.failed_deliveries.queue is 'The queue.';
comment on column chatbot.failed_deliveries.body_hash is 'SHA-256 of the message.';
comment on column chatbot.failed_deliveries.attempts is 'How often it failed.';
comment on column chatbot.failed_deliveries.last_error is 'Why it failed the last time, without what others wrote.';
comment on column chatbot.failed_deliveries.failed_at is 'The last time.';
