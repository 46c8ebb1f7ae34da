-- One row per model answer. No foreign keys: what was called must be billed, whoever deletes the chat meanwhile.
-- Every change of a completion is one conditional update on (state, lease epoch): zero rows changed means that
-- someone else did it first.
create table chatbot.completions (
  -- Also the id of the assistant message.
  id uuid not null,
  user_id uuid not null,
  chat_id uuid not null,
  user_message_id uuid,
  state text not null default 'admitted',
  model text not null,
  attempt integer not null default 1,
  -- The id of the ledger row that the current call gets, fixed before the call; null where it is the completion's own, as for a first call.
  attempt_id uuid,
  payer text not null,
  -- Calls that the user does not see, like the one that makes a chat's title, are completions without a message, metered by
  -- their purpose and counted against the same caps.
  purpose text not null default 'answer',
  period_start timestamptz not null,
  price_id uuid not null,
  prompt_bound integer not null,
  max_output_tokens integer not null,
  -- The messages in the prompt, oldest first, so that a prompt whose usage was never reported can be counted later.
  prompt_message_ids uuid[] not null,
  -- What has changed by the time when it is to be counted is charged by its bytes.
  prompt_message_bytes integer[] not null default '{}',
  prompt_bytes integer not null default 0,
  lease_epoch integer not null default 1,
  lease_expires_at timestamptz not null,
  cancel_requested boolean not null default false,
  -- Seconds to go on after the client has left; null is to the end.
  disconnect_grace_seconds integer,
  -- When somebody at an instance that does not write the answer last said that they read it.
  followed_at timestamptz,
  -- Whether what the answer was to replace comes back where it failed: an answer given anew, not one to another question.
  restores_previous boolean not null default false,
  idempotency_key text,
  request_fingerprint bytea,
  finish_reason text,
  error_code text,
  -- What the provider's content filter objected to, in its words.
  content_filter text[],
  -- What the call is charged by, as its process decided at its end; null where that died, and the usage is still to be counted.
  input_tokens integer,
  cached_input_tokens integer,
  cache_write_tokens integer,
  output_tokens integer,
  reasoning_tokens integer,
  usage_quality text,
  -- What the provider reported, where that was not possible.
  rejected_report jsonb,
  -- Until it is stored with its message.
  receipt jsonb,
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
  constraint completions_purpose_known check (purpose in ('answer', 'title')),
  constraint completions_bounds_positive check (prompt_bound >= 0 and max_output_tokens > 0 and attempt > 0 and lease_epoch > 0),
  constraint completions_prompt_bytes_not_negative check (prompt_bytes >= 0),
  constraint completions_disconnect_grace_range check (disconnect_grace_seconds between 0 and 3600),
  constraint completions_content_filter_length check (cardinality(content_filter) <= 20),
  constraint completions_key_has_fingerprint check (idempotency_key is null or request_fingerprint is not null),
  constraint completions_key_length check (char_length(idempotency_key) between 1 and 255),
  constraint completions_ended_when_not_live check ((state in ('admitted', 'streaming')) = (ended_at is null)),
  constraint completions_steps_in_order check (
    (persisted_at is null or ended_at is not null) and (recorded_at is null or persisted_at is not null)
  ),
  constraint completions_usage_whole check (
    num_nulls(input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, usage_quality) in (0, 6)
  ),
  constraint completions_usage_consistent check (
    least(cached_input_tokens, cache_write_tokens, reasoning_tokens) >= 0 and cached_input_tokens + cache_write_tokens <= input_tokens
    and reasoning_tokens <= output_tokens
  ),
  constraint completions_usage_quality_known check (usage_quality in ('reported', 'estimated')),
  constraint completions_rejected_report_is_estimated check (rejected_report is null or usage_quality = 'estimated'),
  constraint completions_rejected_report_length check (octet_length(rejected_report::text) <= 1000),
  constraint completions_receipt_length check (octet_length(receipt::text) <= 8192)
);

-- Of a user: somebody else may have a chat of that id by the time that the answer of a deleted one ends.
create unique index completions_one_live_per_chat on chatbot.completions (chat_id, user_id)
where state in ('admitted', 'streaming') and purpose = 'answer';
-- A chat gets its title once, whatever is delivered twice.
create unique index completions_one_title_per_chat on chatbot.completions (chat_id, user_id) where purpose = 'title';
create unique index completions_idempotency on chatbot.completions (user_id, idempotency_key) where idempotency_key is not null;
create index completions_live_by_user on chatbot.completions (user_id) where state in ('admitted', 'streaming');
create index completions_live_by_lease on chatbot.completions (lease_expires_at) where state in ('admitted', 'streaming');
create index completions_to_persist on chatbot.completions (coalesce(woken_at, ended_at)) where ended_at is not null and persisted_at is null;
create index completions_to_record on chatbot.completions (coalesce(woken_at, persisted_at)) where persisted_at is not null and recorded_at is null;
create index completions_live on chatbot.completions (id) where state in ('admitted', 'streaming');
-- What moves to another id when the account is erased.
create index completions_by_user on chatbot.completions (user_id, period_start);

alter table chatbot.completions enable row level security;
alter table chatbot.completions force row level security;

revoke all on chatbot.completions from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.completions to service_role;

comment on table chatbot.completions is
  'One row per model answer. No foreign keys: what was called must be billed, whoever deletes the chat meanwhile. Every change is one conditional update on state and lease epoch: zero rows changed means that someone else did it first.';
comment on column chatbot.completions.id is 'Also the id of the message.';
comment on column chatbot.completions.user_id is 'The user.';
comment on column chatbot.completions.chat_id is 'The chat, which may have been deleted since.';
comment on column chatbot.completions.user_message_id is 'The message that it answers.';
comment on column chatbot.completions.state is 'admitted, streaming; or how it ended: finished, interrupted, stopped, failed.';
comment on column chatbot.completions.model is 'The model that is called, or was last.';
comment on column chatbot.completions.attempt is 'Which call, from 1.';
comment on column chatbot.completions.attempt_id is 'The id of the ledger row of the current call; null where it is the completion''s own.';
comment on column chatbot.completions.payer is 'platform, or own_key.';
comment on column chatbot.completions.purpose is 'answer, or title: a call that the user does not see.';
comment on column chatbot.completions.period_start is 'The period that it counts to.';
comment on column chatbot.completions.price_id is 'The price that was in force at its admission.';
comment on column chatbot.completions.prompt_bound is 'The most that the prompt can come to in tokens.';
comment on column chatbot.completions.max_output_tokens is 'The longest answer that was reserved.';
comment on column chatbot.completions.prompt_message_ids is 'The messages in the prompt, oldest first.';
comment on column chatbot.completions.prompt_message_bytes is 'The texts of these messages, each in bytes of UTF-8.';
comment on column chatbot.completions.prompt_bytes is 'The texts of the prompt, the system prompt among them, in bytes of UTF-8.';
comment on column chatbot.completions.lease_epoch is 'Which holder of the lease it is, from 1.';
comment on column chatbot.completions.lease_expires_at is 'Until when its instance is taken to be alive.';
comment on column chatbot.completions.cancel_requested is 'Whether it is to be stopped.';
comment on column chatbot.completions.disconnect_grace_seconds is 'How long to go on after the client has left; null is to the end.';
comment on column chatbot.completions.followed_at is 'When somebody at another instance last said that they read it.';
comment on column chatbot.completions.restores_previous is 'Whether what it was to replace comes back where it fails.';
comment on column chatbot.completions.idempotency_key is 'Of the send; null once the account is erased.';
comment on column chatbot.completions.request_fingerprint is 'SHA-256 of the send, by which a repetition is told from another one.';
comment on column chatbot.completions.finish_reason is 'Why the model ended.';
comment on column chatbot.completions.error_code is 'The problem that it ended with.';
comment on column chatbot.completions.content_filter is 'What the provider''s content filter objected to, in its words.';
comment on column chatbot.completions.input_tokens is
  'Tokens of the prompt, cached ones included. Null until it is known what the call is charged by.';
comment on column chatbot.completions.cached_input_tokens is
  'Those of the prompt that the provider had cached. Null until it is known what the call is charged by.';
comment on column chatbot.completions.cache_write_tokens is
  'Those of the prompt that the provider wrote to its cache. Null until it is known what the call is charged by.';
comment on column chatbot.completions.output_tokens is
  'Tokens of the answer, reasoning included. Null until it is known what the call is charged by.';
comment on column chatbot.completions.reasoning_tokens is
  'Those of the answer that are reasoning. Null until it is known what the call is charged by.';
comment on column chatbot.completions.usage_quality is 'reported or estimated; null until it is known.';
comment on column chatbot.completions.rejected_report is 'What the provider reported, where that was not possible.';
comment on column chatbot.completions.receipt is 'Of the message, until it is stored with it.';
comment on column chatbot.completions.trace_parent is 'The trace of its request; null once the account is erased.';
comment on column chatbot.completions.created_at is 'When it was admitted.';
comment on column chatbot.completions.called_at is 'When the model was called; null where it was not.';
comment on column chatbot.completions.first_token_at is 'When the first token came.';
comment on column chatbot.completions.ended_at is 'When it ended.';
comment on column chatbot.completions.woken_at is 'When the timer last woke a queue function for it.';
comment on column chatbot.completions.persisted_at is 'When its message was stored.';
comment on column chatbot.completions.recorded_at is 'When its usage was recorded.';
