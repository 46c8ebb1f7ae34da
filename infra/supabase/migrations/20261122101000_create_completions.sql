-- One row per model answer. No foreign keys: what was called must be billed, whoever deletes the chat meanwhile.
create table chatbot.completions (
  -- Also the id of the assistant message.
  id uuid not null,
  user_id uuid not null,
  chat_id uuid not null,
  user_message_id uuid,
  state text not null default 'admitted',
  model text not null,
  attempt integer not null default 1,
  payer text not null,
  purpose text not null default 'answer',
  period_start timestamptz not null,
  price_id uuid not null,
  prompt_bound integer not null,
  max_output_tokens integer not null,
  -- The messages in the prompt, oldest first, so that a prompt whose usage was never reported can be counted later.
  prompt_message_ids uuid[] not null,
  lease_epoch integer not null default 1,
  lease_expires_at timestamptz not null,
  cancel_requested boolean not null default false,
  -- Seconds to go on after the client has left; null is to the end.
  linger_seconds integer,
  idempotency_key text,
  request_fingerprint bytea,
  finish_reason text,
  error_code text,
  input_tokens integer,
  cached_input_tokens integer,
  output_tokens integer,
  reasoning_tokens integer,
  trace_parent text,
  created_at timestamptz not null default now(),
  called_at timestamptz,
  first_token_at timestamptz,
  ended_at timestamptz,
  -- When the timer last woke a queue function for it.
  woken_at timestamptz,
  persisted_at timestamptz,
  recorded_at timestamptz,
  constraint completions_pkey primary key (id),
  constraint completions_state_known check (state in ('admitted', 'streaming', 'finished', 'interrupted', 'stopped', 'failed')),
  constraint completions_payer_known check (payer in ('platform', 'own_key')),
  constraint completions_purpose_length check (char_length(purpose) between 1 and 50),
  constraint completions_bounds_positive check (prompt_bound >= 0 and max_output_tokens > 0 and attempt > 0 and lease_epoch > 0),
  constraint completions_linger_range check (linger_seconds between 0 and 3600),
  constraint completions_key_has_fingerprint check ((idempotency_key is null) = (request_fingerprint is null)),
  constraint completions_key_length check (char_length(idempotency_key) between 1 and 255),
  constraint completions_ended_when_not_live check ((state in ('admitted', 'streaming')) = (ended_at is null)),
  constraint completions_steps_in_order check (
    (persisted_at is null or ended_at is not null) and (recorded_at is null or persisted_at is not null)
  ),
  constraint completions_usage_whole check (
    num_nulls(input_tokens, cached_input_tokens, output_tokens, reasoning_tokens) in (0, 4)
  ),
  constraint completions_usage_consistent check (
    cached_input_tokens between 0 and input_tokens and reasoning_tokens between 0 and output_tokens
  )
);

create unique index completions_one_live_per_chat on chatbot.completions (chat_id) where state in ('admitted', 'streaming');
create unique index completions_idempotency on chatbot.completions (user_id, idempotency_key) where idempotency_key is not null;
create index completions_live_by_user on chatbot.completions (user_id) where state in ('admitted', 'streaming');
create index completions_live_by_lease on chatbot.completions (lease_expires_at) where state in ('admitted', 'streaming');
create index completions_to_persist on chatbot.completions (coalesce(woken_at, ended_at)) where ended_at is not null and persisted_at is null;
create index completions_to_record on chatbot.completions (coalesce(woken_at, persisted_at)) where persisted_at is not null and recorded_at is null;

alter table chatbot.completions enable row level security;
alter table chatbot.completions force row level security;
revoke all on chatbot.completions from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.completions to service_role;

-- The draft of an answer: text as it was relayed, in order of seq, the offset of its first UTF-16 code unit.
create table chatbot.completion_deltas (
  completion_id uuid not null,
  seq integer not null,
  text text not null,
  constraint completion_deltas_pkey primary key (completion_id, seq),
  constraint completion_deltas_completion_fkey foreign key (completion_id) references chatbot.completions (id) on delete cascade,
  constraint completion_deltas_seq_positive check (seq >= 0),
  constraint completion_deltas_text_length check (octet_length(text) between 1 and 1048576)
);

alter table chatbot.completion_deltas enable row level security;
alter table chatbot.completion_deltas force row level security;
revoke all on chatbot.completion_deltas from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.completion_deltas to service_role;
