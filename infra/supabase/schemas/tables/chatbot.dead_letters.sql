create table chatbot.dead_letters (
  id uuid not null default gen_random_uuid(),
  queue text not null,
  message_id text not null,
  body text not null,
  attempts integer,
  last_error text,
  created_at timestamptz not null default now(),
  redriven_at timestamptz,
  constraint dead_letters_pkey primary key (id),
  -- A poison message is delivered at least once, too.
  constraint dead_letters_once_per_message unique (queue, message_id),
  constraint dead_letters_queue_length check (char_length(queue) between 1 and 63),
  constraint dead_letters_body_length check (octet_length(body) <= 65536),
  constraint dead_letters_attempts_positive check (attempts > 0),
  constraint dead_letters_error_length check (char_length(last_error) between 1 and 500)
);

create index dead_letters_newest_first on chatbot.dead_letters (created_at desc, id desc);

alter table chatbot.dead_letters enable row level security;
alter table chatbot.dead_letters force row level security;

revoke all on chatbot.dead_letters from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.dead_letters to service_role;

comment on table chatbot.dead_letters is 'Queue messages that could not be handled in five tries, kept for an operator.';
comment on column chatbot.dead_letters.id is 'For the operator.';
comment on column chatbot.dead_letters.queue is 'The poison queue that it was found in.';
comment on column chatbot.dead_letters.message_id is 'Its id there.';
comment on column chatbot.dead_letters.body is 'What it says, up to 64 KiB.';
comment on column chatbot.dead_letters.attempts is 'How often it failed before; null where that is not known.';
comment on column chatbot.dead_letters.last_error is 'Why it failed the last time; null where that is not known.';
comment on column chatbot.dead_letters.created_at is 'When it was found.';
comment on column chatbot.dead_letters.redriven_at is 'When it was last sent to its queue again.';
