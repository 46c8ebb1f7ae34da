create table chatbot.token_counts (
  message_id uuid not null,
  chat_id uuid not null,
  tokens integer,
  changed_at timestamptz not null default clock_timestamp(),
  constraint token_counts_pkey primary key (message_id),
  constraint token_counts_message_fkey foreign key (message_id) references public.messages (id) on delete cascade,
  constraint token_counts_tokens_not_negative check (tokens >= 0)
);

create index token_counts_to_count on chatbot.token_counts (chat_id, changed_at) where tokens is null;

alter table chatbot.token_counts enable row level security;
alter table chatbot.token_counts force row level security;

revoke all on chatbot.token_counts from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.token_counts to service_role;

comment on table chatbot.token_counts is
  'What texts come to in tokens that were not counted before they were stored. Beside the messages, because a change of one of those makes its place in the full text index anew.';
comment on column chatbot.token_counts.message_id is 'The message.';
comment on column chatbot.token_counts.chat_id is 'Its chat.';
comment on column chatbot.token_counts.tokens is
  'Null until somebody has counted; until then a text is at most its bytes. The count is for the vocabulary of the models that are configured by default; a model with another is bounded by bytes.';
comment on column chatbot.token_counts.changed_at is 'Of the text: a count of an earlier one is not taken.';
