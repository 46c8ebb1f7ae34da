-- Queue messages that could not be handled in five tries, kept for an operator.
create table chatbot.dead_letters (
  id uuid not null default gen_random_uuid(),
  queue text not null,
  message_id text not null,
  body text not null,
  reason text,
  dequeue_count integer,
  created_at timestamptz not null default now(),
  redriven_at timestamptz,
  constraint dead_letters_pkey primary key (id),
  -- A poison message is delivered at least once, too.
  constraint dead_letters_once_per_message unique (queue, message_id),
  constraint dead_letters_queue_length check (char_length(queue) between 1 and 63),
  constraint dead_letters_body_length check (octet_length(body) <= 65536)
);

create index dead_letters_newest_first on chatbot.dead_letters (created_at desc, id desc);

alter table chatbot.dead_letters enable row level security;
alter table chatbot.dead_letters force row level security;
revoke all on chatbot.dead_letters from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.dead_letters to service_role;
