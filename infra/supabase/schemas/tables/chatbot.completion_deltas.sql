create table chatbot.completion_deltas (
  completion_id uuid not null,
  seq integer not null,
  text text not null,
  reasoning_tokens integer not null default 0,
  constraint completion_deltas_pkey primary key (completion_id, seq),
  constraint completion_deltas_completion_fkey foreign key (completion_id) references chatbot.completions (id) on delete cascade,
  constraint completion_deltas_seq_positive check (seq >= 0),
  constraint completion_deltas_text_length check (octet_length(text) <= 1048576),
  constraint completion_deltas_reasoning_not_negative check (reasoning_tokens >= 0),
  constraint completion_deltas_not_empty check (text <> '' or reasoning_tokens > 0)
);

alter table chatbot.completion_deltas enable row level security;
alter table chatbot.completion_deltas force row level security;

revoke all on chatbot.completion_deltas from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.completion_deltas to service_role;

comment on table chatbot.completion_deltas is 'The draft of an answer: text as it was relayed.';
comment on column chatbot.completion_deltas.completion_id is 'The answer.';
comment on column chatbot.completion_deltas.seq is 'The offset of the text''s first UTF-16 code unit.';
comment on column chatbot.completion_deltas.text is 'What was relayed.';
comment on column chatbot.completion_deltas.reasoning_tokens is
  'Of all reasoning of the model up to here, whose text is not kept: what it is charged by where its process dies.';
