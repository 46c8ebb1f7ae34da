-- Generated from infra/supabase/schemas by: dotnet run --project infra/local -- migration
-- Edit the files there, and run that again.

-- schemas/schemas.sql

-- chatbot is the machinery, billing the ledger: neither is served by Supabase's REST API, and in both
-- users hold no table rights, only the right to execute some functions. Postgres lets everyone execute a new function,
-- and default privileges of a schema cannot take that away: each function's file revokes it and names who may.
create schema chatbot;
create schema billing;

revoke all on schema chatbot, billing from public;
grant usage on schema chatbot, billing to authenticated, service_role;

-- schemas/roles/billing_reader.sql

-- For tools that read by SQL: the names and the columns of the views it may read stay. They show no texts and no keys. Whoever may
-- read them is made a member of billing_reader, which can do nothing else.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'billing_reader') then
    create role billing_reader nologin;
  end if;
end
$$;

grant usage on schema billing to billing_reader;

-- schemas/types/billing.limits.sql

create type billing.limits as (
  plan_id text,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  daily_token_cap bigint,
  daily_cost_cap numeric,
  period_anchor_day integer,
  requests_per_minute integer,
  concurrent_streams integer,
  max_output_tokens integer,
  models_allowed text[],
  stops_at_cap boolean,
  blocked_reason text
);

-- schemas/types/chatbot.admission.sql

-- What was decided for a completion, for the instance that calls the model; of one that is only to be followed no more than its id.
create type chatbot.admission as (
  completion_id uuid,
  is_new boolean,
  model text,
  max_output_tokens integer,
  payer text,
  reserved_tokens integer,
  reserved_cost numeric,
  attempt integer,
  attempt_id uuid,
  price_id uuid,
  price_input numeric,
  price_cached_input numeric,
  price_output numeric,
  price_reasoning numeric,
  currency text,
  messages json,
  key_id uuid,
  key_ciphertext bytea,
  key_nonce bytea,
  key_version integer,
  prompt_bound integer,
  price_cache_write numeric
);

-- schemas/functions/chatbot.touch_updated_at.sql

create function chatbot.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end
$$;

revoke all on function chatbot.touch_updated_at from public;

-- schemas/functions/chatbot.search_vector.sql

-- The owner is a lexeme of its own, so that one index intersects "mine" with the words asked for.
create function chatbot.search_vector(owner uuid, body text)
returns tsvector
language sql
immutable
parallel safe
return array_to_tsvector(array[owner::text])
  -- Of a long text the start is found. Each change of its row makes this anew, so it must not take long, and a tsvector holds a mebibyte.
  || to_tsvector('simple'::regconfig, left(body, 32768));

revoke all on function chatbot.search_vector from public;
grant execute on function chatbot.search_vector to authenticated, service_role;

-- schemas/functions/chatbot.bound_message_tokens.sql

create function chatbot.bound_message_tokens()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- No tokenizer makes more tokens of a text than it has bytes. Who knows better sets the column along with the text.
  if new.token_bound is null or (tg_op = 'UPDATE' and new.token_bound = old.token_bound) then
    new.token_bound := octet_length(new.content);
  end if;
  return new;
end
$$;

revoke all on function chatbot.bound_message_tokens from public;

-- schemas/functions/chatbot.remember_deleted_chats.sql

-- However chats are deleted. Where they go with their user, nobody is left for whom their ids could come back.
create function chatbot.remember_deleted_chats()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- What an id takes: it counts against the quota of stored bytes, as whoever makes chats and deletes them stores it for good.
  c_bytes constant bigint := 100;
  v_noted record;
begin
  for v_noted in
    with noted as (
      insert into chatbot.deleted_chats as d (user_id, chat_id)
      select c.user_id, c.id
      from changed c
      join auth.users u on u.id = c.user_id
      on conflict do nothing
      returning d.user_id
    )
    select n.user_id, count(*) as ids
    from noted n
    group by n.user_id
  loop
    perform chatbot.note_storage(v_noted.user_id, 0, v_noted.ids * c_bytes, false);
  end loop;
  return null;
end
$$;

revoke all on function chatbot.remember_deleted_chats from public;

-- schemas/functions/chatbot.refuse_deleted_chat.sql

-- After the insertion, which has waited for a deletion of the same id that was under way.
create function chatbot.refuse_deleted_chat()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform chatbot.check_not_deleted(new.user_id, new.id);
  return null;
end
$$;

revoke all on function chatbot.refuse_deleted_chat from public;

-- schemas/functions/chatbot.forget_system_prompt_tokens.sql

create function chatbot.forget_system_prompt_tokens()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.system_prompt_tokens := null;
  return new;
end
$$;

revoke all on function chatbot.forget_system_prompt_tokens from public;

-- schemas/functions/chatbot.name_chat.sql

-- The first message of a chat names it, where nobody has.
create function chatbot.name_chat()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Nearly always it has its name, and a look is cheaper than an update of nothing.
  if exists (select from public.chats c where c.id = new.chat_id and c.title_source = 'default') then
    update public.chats
    set title = chatbot.first_words(new.content),
        title_source = 'words'
    where id = new.chat_id and user_id = new.user_id and title_source = 'default' and chatbot.first_words(new.content) is not null;
  end if;
  return null;
end
$$;

revoke all on function chatbot.name_chat from public;

-- schemas/functions/chatbot.note_title_source.sql

-- Whoever sets a title without saying where it is from is the user, by way of Supabase's own API.
create function chatbot.note_title_source()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.title_source = 'default' and new.title <> 'New chat' then
      new.title_source := 'user';
    end if;
  elsif new.title <> old.title and new.title_source = old.title_source then
    new.title_source := 'user';
  end if;
  return new;
end
$$;

revoke all on function chatbot.note_title_source from public;

-- schemas/functions/chatbot.note_uncounted_text.sql

-- A text that came with a bound of its own is counted already; the trigger of inserts passes it over.
create function chatbot.note_uncounted_text()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.token_bound = octet_length(new.content) and new.content <> '' then
    insert into chatbot.token_counts (message_id, chat_id)
    values (new.id, new.chat_id)
    on conflict (message_id) do update
    set tokens = null,
        changed_at = clock_timestamp();
  else
    delete from chatbot.token_counts where message_id = new.id;
  end if;
  return null;
end
$$;

revoke all on function chatbot.note_uncounted_text from public;

-- schemas/functions/chatbot.note_chats.sql

-- Counts chats that came, or went, with one statement.
create function chatbot.note_chats()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_sign constant integer := case tg_op when 'INSERT' then 1 else -1 end;
begin
  perform chatbot.note_storage(c.user_id, v_sign * c.chats, v_sign * c.bytes, tg_op = 'INSERT')
  from (
    select g.user_id, count(*)::integer as chats, sum(octet_length(g.title) + coalesce(octet_length(g.system_prompt), 0)) as bytes
    from changed g
    group by g.user_id
  ) c;
  return null;
end
$$;

revoke all on function chatbot.note_chats from public;

-- schemas/functions/chatbot.note_chat_text.sql

-- A title or a system prompt of another length.
create function chatbot.note_chat_text()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_bytes constant integer := octet_length(new.title) + coalesce(octet_length(new.system_prompt), 0)
    - octet_length(old.title) - coalesce(octet_length(old.system_prompt), 0);
begin
  -- A title is given in any case, by its first message or by a model; it is short.
  perform chatbot.note_storage(new.user_id, 0, v_bytes, v_bytes > 0 and new.system_prompt is distinct from old.system_prompt);
  return null;
end
$$;

revoke all on function chatbot.note_chat_text from public;

-- schemas/functions/chatbot.note_messages.sql

-- Counts messages that came, or went, with one statement.
create function chatbot.note_messages()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_sign constant integer := case tg_op when 'INSERT' then 1 else -1 end;
  v_changed record;
  v_messages integer;
begin
  for v_changed in
    select c.user_id, c.chat_id, count(*) as messages, sum(octet_length(c.content)) as bytes
    from changed c
    group by c.user_id, c.chat_id
  loop
    update public.chats h
    set message_count = h.message_count + v_sign * v_changed.messages
    where h.id = v_changed.chat_id
    returning h.message_count into v_messages;
    perform chatbot.note_storage(v_changed.user_id, 0, v_sign * v_changed.bytes, tg_op = 'INSERT', v_messages);
  end loop;
  return null;
end
$$;

revoke all on function chatbot.note_messages from public;

-- schemas/functions/chatbot.note_message_text.sql

-- A text of another length. An answer is stored, however much there is.
create function chatbot.note_message_text()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_bytes constant integer := octet_length(new.content) - octet_length(old.content);
begin
  perform chatbot.note_storage(new.user_id, 0, v_bytes, new.role = 'user' and v_bytes > 0);
  return null;
end
$$;

revoke all on function chatbot.note_message_text from public;

-- schemas/functions/billing.check_price.sql

-- One currency: sums and caps know no exchange rates. And no price for what has been billed already.
create function billing.check_price()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Most providers charge nothing more for it.
  new.cache_write := coalesce(new.cache_write, new.input);
  if exists (select from billing.model_prices m where m.currency <> new.currency) then
    perform chatbot.refuse('CB012', 'All prices are in one currency.');
  end if;
  if new.valid_from < least(now(), billing.clock()) and exists (select from billing.price_of(new.model, billing.clock())) then
    perform chatbot.refuse('CB012', format('A new price of %s can be in force from now on, not before.', new.model));
  end if;
  return new;
end
$$;

revoke all on function billing.check_price from public;

-- schemas/functions/billing.note_changed_limits.sql

create function billing.note_changed_limits()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.is_review_due := true;
  return new;
end
$$;

revoke all on function billing.note_changed_limits from public;

-- schemas/functions/billing.refuse_change.sql

-- What was used stays as it was written. Only the erasure of an account may give it to another id.
create function billing.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_callers text;
begin
  get diagnostics v_callers = pg_context;
  if tg_op <> 'UPDATE' or v_callers !~ '\mchatbot\.erase_usage\(\)' then
    raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'CB090';
  end if;
  return null;
end
$$;

revoke all on function billing.refuse_change from public;

-- schemas/functions/billing.refuse_unpriced_models.sql

-- A model without a price cannot be sold.
create function billing.refuse_unpriced_models()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_unpriced text;
begin
  select string_agg(m.name, ', ') into v_unpriced
  from unnest(new.models_allowed) m (name)
  where not exists (select from billing.price_of(m.name, billing.clock()));
  if v_unpriced is not null then
    perform chatbot.refuse('CB012', format('There is no price in force for %s. Set one before allowing the model.', v_unpriced));
  end if;
  return new;
end
$$;

revoke all on function billing.refuse_unpriced_models from public;

-- schemas/functions/billing.review_changed_user.sql

create function billing.review_changed_user()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform billing.review_user(coalesce(new.user_id, old.user_id));
  return null;
end
$$;

revoke all on function billing.review_changed_user from public;

-- schemas/tables/chatbot.completions.sql

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

-- schemas/tables/public.chats.sql

create table public.chats (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  title text not null default 'New chat',
  -- Who named it: nobody yet, the first words of its first message, a model, or its user.
  title_source text not null default 'default',
  status text not null default 'active',
  model text,
  system_prompt text,
  -- Null until it is counted.
  system_prompt_tokens integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Those that are out of the history, too.
  message_count integer not null default 0,
  constraint chats_pkey primary key (id),
  -- What a child row's (chat_id, user_id) points at: nobody hangs a row on another user's chat.
  constraint chats_id_user_id_key unique (id, user_id),
  constraint chats_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint chats_title_length check (char_length(title) between 1 and 200),
  constraint chats_title_source_known check (title_source in ('default', 'words', 'model', 'user')),
  constraint chats_status_known check (status in ('active', 'archived')),
  constraint chats_model_length check (char_length(model) between 1 and 100),
  constraint chats_system_prompt_length check (octet_length(system_prompt) between 1 and 32768),
  constraint chats_system_prompt_tokens_not_negative check (system_prompt_tokens >= 0)
);

create index chats_by_owner_newest_first on public.chats (user_id, updated_at desc, id desc);
create index chats_by_owner_and_status on public.chats (user_id, status, updated_at desc, id desc);
create index chats_full_text on public.chats using gin (chatbot.search_vector(user_id, title));

-- A count changes nothing of a chat.
create trigger chats_touch_updated_at
before update of title, status, model, system_prompt on public.chats
for each row execute function chatbot.touch_updated_at();

create trigger chats_forget_system_prompt_tokens
before insert or update of system_prompt on public.chats
for each row execute function chatbot.forget_system_prompt_tokens();

create trigger chats_note_title_source
before insert or update of title on public.chats
for each row execute function chatbot.note_title_source();

create trigger chats_note_new
after insert on public.chats
referencing new table as changed
for each statement execute function chatbot.note_chats();

create trigger chats_note_deleted
after delete on public.chats
referencing old table as changed
for each statement execute function chatbot.note_chats();

create trigger chats_note_text
after update of title, system_prompt on public.chats
for each row
when (
  octet_length(new.title) <> octet_length(old.title)
  or octet_length(new.system_prompt) is distinct from octet_length(old.system_prompt)
)
execute function chatbot.note_chat_text();

create trigger chats_remember_deleted
after delete on public.chats
referencing old table as changed
for each statement execute function chatbot.remember_deleted_chats();

create trigger chats_refuse_deleted
after insert on public.chats
for each row execute function chatbot.refuse_deleted_chat();

alter table public.chats enable row level security;
alter table public.chats force row level security;

create policy "Users read their own chats" on public.chats
for select to authenticated
using (user_id = (select auth.uid()));

create policy "Users create chats for themselves" on public.chats
for insert to authenticated
with check (user_id = (select auth.uid()));

create policy "Users change their own chats" on public.chats
for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

create policy "Users delete their own chats" on public.chats
for delete to authenticated
using (user_id = (select auth.uid()));

revoke all on public.chats from public, anon, authenticated, service_role;
grant select, delete on public.chats to authenticated;
grant insert (id, user_id, title, title_source, status, model, system_prompt) on public.chats to authenticated;
grant update (title, title_source, status, model, system_prompt) on public.chats to authenticated;
grant select, insert, update, delete on public.chats to service_role;

comment on table public.chats is 'A conversation of one user.';
comment on column public.chats.id is 'Of the client''s choice, or made here.';
comment on column public.chats.user_id is 'Whose it is.';
comment on column public.chats.title is 'For people to read.';
comment on column public.chats.title_source is
  'Who named it: nobody yet (default), the first words of its first message, a model, or its user.';
comment on column public.chats.status is 'active or archived.';
comment on column public.chats.model is 'The model that answers; null leaves the choice to the preferences.';
comment on column public.chats.system_prompt is 'What the model is told before the conversation.';
comment on column public.chats.system_prompt_tokens is 'Null until it is counted.';
comment on column public.chats.created_at is 'When the row was made.';
comment on column public.chats.updated_at is 'The last change, a message sent included; lists are sorted by it.';
comment on column public.chats.message_count is 'Its messages, those out of the history included.';

-- schemas/tables/public.messages.sql

create table public.messages (
  id uuid not null default gen_random_uuid(),
  chat_id uuid not null,
  user_id uuid not null default auth.uid(),
  seq bigint generated always as identity,
  role text not null,
  content text not null default '',
  status text not null default 'complete',
  model text,
  finish_reason text,
  receipt jsonb,
  -- The id that the client gave, where it was not a uuid; id is then derived from it.
  client_id text,
  -- The completion that took this message's place: an edited or regenerated turn leaves the history, not the table.
  superseded_by uuid,
  -- Never below what any model's tokenizer makes of content, when it was stored; admission adds these up, or what was counted since.
  token_bound integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint messages_pkey primary key (id),
  constraint messages_id_user_id_key unique (id, user_id),
  constraint messages_chat_fkey foreign key (chat_id, user_id) references public.chats (id, user_id) on delete cascade,
  constraint messages_role_known check (role in ('user', 'assistant', 'system')),
  constraint messages_status_known check (status in ('complete', 'streaming', 'interrupted', 'stopped', 'failed')),
  -- 256 KiB of what a user sends, 1 MiB of what a model answers.
  constraint messages_content_length check (octet_length(content) <= case role when 'assistant' then 1048576 else 262144 end),
  constraint messages_model_length check (char_length(model) between 1 and 100),
  constraint messages_finish_reason_known check (finish_reason in ('stop', 'length', 'content-filter', 'tool-calls', 'error', 'other')),
  constraint messages_client_id_length check (char_length(client_id) between 1 and 200),
  constraint messages_token_bound_positive check (token_bound >= 0),
  constraint messages_only_answers_have_outcomes check (
    role = 'assistant' or (status = 'complete' and model is null and finish_reason is null and receipt is null)
  )
);

create index messages_by_chat_newest_first on public.messages (chat_id, user_id, seq desc);
-- What lists and prompts read: an edit may have taken many out of the history.
create index messages_shown_newest_first on public.messages (chat_id, user_id, seq desc) where superseded_by is null;
create index messages_full_text on public.messages using gin (chatbot.search_vector(user_id, content));
-- A regenerate that failed gives back what it took out of the history.
create index messages_superseded on public.messages (superseded_by) where superseded_by is not null;

create trigger messages_bound_tokens
before insert or update of content on public.messages
for each row execute function chatbot.bound_message_tokens();

create trigger messages_touch_updated_at
before update on public.messages
for each row execute function chatbot.touch_updated_at();

create trigger messages_note_new_uncounted
after insert on public.messages
for each row
when (new.token_bound = octet_length(new.content) and new.content <> '')
execute function chatbot.note_uncounted_text();

create trigger messages_note_changed_uncounted
after update of content on public.messages
for each row execute function chatbot.note_uncounted_text();

create trigger messages_name_chat
after insert on public.messages
for each row
when (new.role = 'user')
execute function chatbot.name_chat();

create trigger messages_note_new
after insert on public.messages
referencing new table as changed
for each statement execute function chatbot.note_messages();

create trigger messages_note_deleted
after delete on public.messages
referencing old table as changed
for each statement execute function chatbot.note_messages();

create trigger messages_note_text
after update of content on public.messages
for each row
when (octet_length(new.content) <> octet_length(old.content))
execute function chatbot.note_message_text();

alter table public.messages enable row level security;
alter table public.messages force row level security;

create policy "Users read their own messages" on public.messages
for select to authenticated
using (user_id = (select auth.uid()));

create policy "Users write user messages for themselves" on public.messages
for insert to authenticated
with check (user_id = (select auth.uid()) and role = 'user');

create policy "Users edit their own user messages" on public.messages
for update to authenticated
using (user_id = (select auth.uid()) and role = 'user')
with check (user_id = (select auth.uid()) and role = 'user');

create policy "Users delete their own messages" on public.messages
for delete to authenticated
using (user_id = (select auth.uid()));

revoke all on public.messages from public, anon, authenticated, service_role;
revoke all on sequence public.messages_seq_seq from public, anon, authenticated, service_role;
grant select, delete on public.messages to authenticated;
grant insert (id, chat_id, user_id, role, content, client_id) on public.messages to authenticated;
grant update (content) on public.messages to authenticated;
grant select, insert, update, delete on public.messages to service_role;

comment on table public.messages is 'What users and models said.';
comment on column public.messages.id is 'Of the client''s choice, or made here; of an answer also the id of its completion.';
comment on column public.messages.chat_id is 'The chat.';
comment on column public.messages.user_id is 'Whose it is.';
comment on column public.messages.seq is 'Its place in the chat: grows with every message, with gaps.';
comment on column public.messages.role is 'user, assistant or system.';
comment on column public.messages.content is 'The text.';
comment on column public.messages.status is 'complete; of answers also streaming, interrupted, stopped or failed.';
comment on column public.messages.model is 'The model that answered.';
comment on column public.messages.finish_reason is 'Why the model ended.';
comment on column public.messages.receipt is 'What the answer took.';
comment on column public.messages.client_id is 'The id that the client gave, where it was no UUID; id is then derived from it.';
comment on column public.messages.superseded_by is
  'The completion that took its place: an edited or regenerated turn leaves the history, not the table.';
comment on column public.messages.token_bound is 'Never below what any model''s tokenizer makes of the text; admission adds these up.';
comment on column public.messages.created_at is 'When the row was made.';
comment on column public.messages.updated_at is 'When it was last changed.';

-- schemas/tables/billing.archived_periods.sql

create table billing.archived_periods (
  month date not null,
  files jsonb not null,
  archived_at timestamptz not null default now(),
  constraint archived_periods_pkey primary key (month),
  constraint archived_periods_month_is_first check (extract(day from month) = 1),
  constraint archived_periods_files_shape check (jsonb_typeof(files) = 'array' and octet_length(files::text) <= 4096)
);

create trigger archived_periods_append_only
before update or delete or truncate on billing.archived_periods
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.archived_periods enable always trigger archived_periods_append_only;

alter table billing.archived_periods enable row level security;
alter table billing.archived_periods force row level security;

revoke all on billing.archived_periods from public, anon, authenticated, service_role;
grant select, insert on billing.archived_periods to service_role;

comment on table billing.archived_periods is 'Months all of whose periods are closed, with the files that their report was written to.';
comment on column billing.archived_periods.month is 'Its first day. The periods are those that begin in it.';
comment on column billing.archived_periods.files is 'An array: format, name in the storage account, SHA-256 in hexadecimal, and size in bytes.';
comment on column billing.archived_periods.archived_at is 'When they were written.';

-- schemas/tables/billing.deployment_limits.sql

create table billing.deployment_limits (
  is_only boolean not null default true,
  token_cap bigint,
  cost_cap numeric,
  requests_per_minute integer,
  concurrent_streams integer,
  updated_at timestamptz not null default now(),
  constraint deployment_limits_pkey primary key (is_only),
  constraint deployment_limits_one_row check (is_only),
  constraint deployment_limits_caps_positive check (token_cap >= 0 and cost_cap >= 0),
  constraint deployment_limits_caps_bounded check (token_cap <= 1000000000000000 and cost_cap <= 1000000000000 and min_scale(cost_cap) <= 12),
  constraint deployment_limits_rates_bounded check (greatest(requests_per_minute, concurrent_streams) <= 1000000),
  constraint deployment_limits_rates_positive check (requests_per_minute > 0 and concurrent_streams > 0)
);

create trigger deployment_limits_touch_updated_at
before update on billing.deployment_limits
for each row execute function chatbot.touch_updated_at();

alter table billing.deployment_limits enable row level security;
alter table billing.deployment_limits force row level security;

revoke all on billing.deployment_limits from public, anon, authenticated, service_role;
grant select, update on billing.deployment_limits to service_role;

insert into billing.deployment_limits default values;

comment on table billing.deployment_limits is 'What all users may use together, in calendar months in UTC.';
comment on column billing.deployment_limits.is_only is 'True: there is one row.';
comment on column billing.deployment_limits.token_cap is 'Tokens of all users in a month that the platform pays for; null is no cap.';
comment on column billing.deployment_limits.cost_cap is 'Their cost, in the currency of the prices; null is no cap.';
comment on column billing.deployment_limits.requests_per_minute is 'Sends of all users a minute; null is no limit.';
comment on column billing.deployment_limits.concurrent_streams is 'Answers of all users at once; null is no limit.';
comment on column billing.deployment_limits.updated_at is 'When it was last changed.';

-- schemas/tables/billing.deployment_periods.sql

create table billing.deployment_periods (
  period_start timestamptz not null,
  tokens bigint not null default 0,
  cost numeric not null default 0,
  constraint deployment_periods_pkey primary key (period_start)
);

alter table billing.deployment_periods enable row level security;
alter table billing.deployment_periods force row level security;

revoke all on billing.deployment_periods from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.deployment_periods to service_role;

comment on table billing.deployment_periods is
  'What all users have used together, counted along only where there are caps: everybody waits for this row''s lock.';
comment on column billing.deployment_periods.period_start is 'The first of a month in UTC.';
comment on column billing.deployment_periods.tokens is
  'Tokens that the platform pays for. Less than nothing is what of an earlier month turned out too high.';
comment on column billing.deployment_periods.cost is 'What they cost, in the currency of the prices.';

-- schemas/tables/billing.model_prices.sql

-- Effective-dated and never edited: a new price is a new row, and a ledger row names the one it was computed with.
create table billing.model_prices (
  id uuid not null default gen_random_uuid(),
  model text not null,
  valid_from timestamptz not null,
  input numeric not null,
  cached_input numeric not null,
  cache_write numeric not null,
  output numeric not null,
  reasoning numeric not null,
  currency text not null default 'USD',
  created_at timestamptz not null default now(),
  constraint model_prices_pkey primary key (id),
  constraint model_prices_one_per_moment unique (model, valid_from),
  constraint model_prices_model_length check (char_length(model) between 1 and 100),
  constraint model_prices_not_negative check (input >= 0 and cached_input >= 0 and cache_write >= 0 and output >= 0 and reasoning >= 0),
  -- So that a cost has 18 decimals at the most, and every sum of costs its exact place in a number of 28 digits, up to 10^10.
  constraint model_prices_bounded check (
    greatest(input, cached_input, cache_write, output, reasoning) <= 1000000
    and greatest(min_scale(input), min_scale(cached_input), min_scale(cache_write), min_scale(output), min_scale(reasoning)) <= 12
  ),
  constraint model_prices_currency_form check (currency ~ '^[A-Z]{3}$')
);

create trigger model_prices_append_only
before update or delete or truncate on billing.model_prices
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.model_prices enable always trigger model_prices_append_only;

create trigger model_prices_check
before insert on billing.model_prices
for each row execute function billing.check_price();

alter table billing.model_prices enable row level security;
alter table billing.model_prices force row level security;

revoke all on billing.model_prices from public, anon, authenticated, service_role;
grant select, insert on billing.model_prices to service_role;

comment on table billing.model_prices is
  'The prices that the migration brings are those of https://platform.openai.com/docs/pricing, standard tier, in force since their valid_from '
  'and, by copies of that page, still in June 2026. Check them before billing; a new price is a new row.';

comment on column billing.model_prices.id is 'What rows of the ledger name.';
comment on column billing.model_prices.model is 'The model, as it is named in the settings.';
comment on column billing.model_prices.valid_from is 'From when the price is in force, until the next of its model.';
comment on column billing.model_prices.input is 'Of a million uncached input tokens.';
comment on column billing.model_prices.cached_input is 'Of a million cached input tokens.';
comment on column billing.model_prices.cache_write is 'Of a million input tokens that the provider wrote to its cache.';
comment on column billing.model_prices.output is 'Of a million output tokens that are no reasoning.';
comment on column billing.model_prices.reasoning is 'Of a million reasoning tokens.';
comment on column billing.model_prices.currency is 'ISO 4217; the same for all prices.';
comment on column billing.model_prices.created_at is 'When the row was made.';

-- schemas/tables/billing.plans.sql

create table billing.plans (
  id text not null,
  name text not null,
  is_default boolean not null default false,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  daily_token_cap bigint,
  daily_cost_cap numeric,
  period_anchor_day smallint not null default 1,
  requests_per_minute integer not null default 60,
  concurrent_streams integer not null default 4,
  max_output_tokens integer not null default 4096,
  max_chats integer not null default 100000,
  max_messages_per_chat integer not null default 100000,
  max_stored_bytes bigint not null default 10737418240,
  models_allowed text[],
  stops_at_cap boolean not null default false,
  is_review_due boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint plans_pkey primary key (id),
  constraint plans_id_form check (id ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
  constraint plans_name_length check (char_length(name) between 1 and 100),
  constraint plans_caps_positive check (token_cap >= 0 and cost_cap >= 0 and own_key_token_cap >= 0),
  constraint plans_daily_caps_positive check (daily_token_cap >= 0 and daily_cost_cap >= 0),
  constraint plans_caps_bounded check (
    greatest(token_cap, own_key_token_cap, daily_token_cap) <= 1000000000000000
    and greatest(cost_cap, daily_cost_cap) <= 1000000000000 and greatest(min_scale(cost_cap), min_scale(daily_cost_cap)) <= 12
  ),
  constraint plans_limits_bounded check (greatest(requests_per_minute, concurrent_streams) <= 1000000 and max_output_tokens <= 10000000),
  constraint plans_anchor_is_day check (period_anchor_day between 1 and 31),
  constraint plans_limits_positive check (requests_per_minute > 0 and concurrent_streams > 0 and max_output_tokens > 0),
  constraint plans_quotas_not_negative check (max_chats >= 0 and max_messages_per_chat >= 0 and max_stored_bytes >= 0)
);

create unique index plans_one_default on billing.plans (is_default) where is_default;
create index plans_to_review on billing.plans (id) where is_review_due;

create trigger plans_touch_updated_at
before update on billing.plans
for each row execute function chatbot.touch_updated_at();

create trigger plans_refuse_unpriced_models
before insert or update of models_allowed on billing.plans
for each row
when (new.models_allowed is not null)
execute function billing.refuse_unpriced_models();

create trigger plans_note_changed_limits
before update of token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, max_output_tokens, models_allowed, is_default on billing.plans
for each row
when (
  (
    old.token_cap, old.cost_cap, old.own_key_token_cap, old.daily_token_cap, old.daily_cost_cap, old.max_output_tokens, old.models_allowed,
    old.is_default
  )
  is distinct from (
    new.token_cap, new.cost_cap, new.own_key_token_cap, new.daily_token_cap, new.daily_cost_cap, new.max_output_tokens, new.models_allowed,
    new.is_default
  )
)
execute function billing.note_changed_limits();

alter table billing.plans enable row level security;
alter table billing.plans force row level security;

revoke all on billing.plans from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.plans to service_role;

comment on table billing.plans is 'What users may use and store.';
comment on column billing.plans.id is 'Of the operator''s choice.';
comment on column billing.plans.name is 'For people to read.';
comment on column billing.plans.is_default is 'Whether it is for everybody who has no other; one is.';
comment on column billing.plans.token_cap is 'Input and output tokens per period that the platform pays for; null is no cap.';
comment on column billing.plans.cost_cap is 'Cost per period, in the currency of the prices; null is no cap.';
comment on column billing.plans.own_key_token_cap is
  'Tokens per period on the user''s own key: they cost the platform nothing, but a runaway client should stop; null is no cap.';
comment on column billing.plans.daily_token_cap is 'Tokens per day in UTC, within those of the period; null is no cap.';
comment on column billing.plans.daily_cost_cap is 'Cost per day in UTC, within that of the period; null is no cap.';
comment on column billing.plans.period_anchor_day is
  'The day of the month on which a period begins, in UTC; the last day of a shorter month.';
comment on column billing.plans.requests_per_minute is 'Sends a minute.';
comment on column billing.plans.concurrent_streams is 'Answers at once.';
comment on column billing.plans.max_output_tokens is 'Of one answer, reasoning included.';
comment on column billing.plans.max_chats is 'Chats that a user may have.';
comment on column billing.plans.max_messages_per_chat is 'Messages that a chat may have, those out of the history included.';
comment on column billing.plans.max_stored_bytes is 'Texts that a user may store, in bytes of UTF-8.';
comment on column billing.plans.models_allowed is 'Null is every model that has a price.';
comment on column billing.plans.stops_at_cap is 'Whether answers that are being written are stopped when a cap is reached.';
comment on column billing.plans.is_review_due is 'Set by a change of the limits, until the timer has looked at everybody on the plan.';
comment on column billing.plans.created_at is 'When the row was made.';
comment on column billing.plans.updated_at is 'When it was last changed.';

-- schemas/tables/billing.reached_caps.sql

create table billing.reached_caps (
  user_id uuid not null,
  cap text not null,
  starts_at timestamptz not null,
  resets_at timestamptz not null,
  reached_at timestamptz not null,
  cap_limit numeric not null,
  used numeric not null,
  constraint reached_caps_pkey primary key (user_id, starts_at, cap),
  constraint reached_caps_cap_known check (
    cap in ('tokens', 'cost', 'daily_tokens', 'daily_cost', 'own_key_tokens', 'deployment_tokens', 'deployment_cost')
  ),
  constraint reached_caps_whose check ((cap like 'deployment%') = (user_id = '00000000-0000-0000-0000-000000000000')),
  constraint reached_caps_in_order check (starts_at < resets_at)
);

create index reached_caps_by_time on billing.reached_caps (reached_at);

alter table billing.reached_caps enable row level security;
alter table billing.reached_caps force row level security;

revoke all on billing.reached_caps from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.reached_caps to service_role;

comment on table billing.reached_caps is
  'Caps that were reached, a row per user, cap and period or day: the smallest send no longer fitted, or a send was refused for it.';
comment on column billing.reached_caps.user_id is 'The user; the nil UUID is the whole deployment.';
comment on column billing.reached_caps.cap is 'Which cap.';
comment on column billing.reached_caps.starts_at is 'The start of the period or day that it counts.';
comment on column billing.reached_caps.resets_at is 'When it starts anew.';
comment on column billing.reached_caps.reached_at is 'The last time: answers admitted before are stopped where the plan says so.';
comment on column billing.reached_caps.cap_limit is 'The limit at that time, in tokens or in the currency of the prices.';
comment on column billing.reached_caps.used is 'How much of it was used then.';

-- schemas/tables/billing.reconciliation_runs.sql

create table billing.reconciliation_runs (
  provider text not null,
  day date not null,
  attempts integer not null default 1,
  attempted_at timestamptz not null default now(),
  completed_at timestamptz,
  last_error text,
  constraint reconciliation_runs_pkey primary key (provider, day),
  constraint reconciliation_runs_provider_known check (provider = 'openai'),
  constraint reconciliation_runs_attempts_positive check (attempts > 0),
  constraint reconciliation_runs_error_length check (char_length(last_error) <= 500)
);

alter table billing.reconciliation_runs enable row level security;
alter table billing.reconciliation_runs force row level security;

revoke all on billing.reconciliation_runs from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.reconciliation_runs to service_role;

comment on table billing.reconciliation_runs is
  'Which days a provider was asked about: a day without any use has no figures, and is done all the same.';
comment on column billing.reconciliation_runs.provider is 'openai, the only one that is asked.';
comment on column billing.reconciliation_runs.day is 'The day in UTC.';
comment on column billing.reconciliation_runs.attempts is 'How often it was asked.';
comment on column billing.reconciliation_runs.attempted_at is 'The last time.';
comment on column billing.reconciliation_runs.completed_at is 'When its figures were compared; null until then.';
comment on column billing.reconciliation_runs.last_error is 'Why the last attempt failed.';

-- schemas/tables/billing.reconciliations.sql

create table billing.reconciliations (
  provider text not null,
  day date not null,
  model text not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  requests bigint not null,
  provider_input_tokens bigint not null,
  provider_output_tokens bigint not null,
  provider_requests bigint,
  ratio numeric,
  compared_at timestamptz not null default now(),
  constraint reconciliations_pkey primary key (provider, day, model),
  constraint reconciliations_provider_known check (provider in ('openai', 'azure')),
  constraint reconciliations_model_length check (char_length(model) between 1 and 100),
  constraint reconciliations_provider_not_negative check (provider_input_tokens >= 0 and provider_output_tokens >= 0 and provider_requests >= 0)
);

create index reconciliations_by_day on billing.reconciliations (day, provider, model);

alter table billing.reconciliations enable row level security;
alter table billing.reconciliations force row level security;

revoke all on billing.reconciliations from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.reconciliations to service_role;

comment on table billing.reconciliations is 'What a closed day of the ledger came to, beside what the model''s provider says of it.';
comment on column billing.reconciliations.provider is 'openai or azure.';
comment on column billing.reconciliations.day is 'The day in UTC, as providers cut theirs.';
comment on column billing.reconciliations.model is 'Ours; or the provider''s name for it, where nothing here goes by it.';
comment on column billing.reconciliations.input_tokens is 'In the ledger, cached ones included.';
comment on column billing.reconciliations.output_tokens is 'In the ledger, reasoning included.';
comment on column billing.reconciliations.requests is 'Calls in the ledger.';
comment on column billing.reconciliations.provider_input_tokens is 'As the provider counts them.';
comment on column billing.reconciliations.provider_output_tokens is 'As the provider counts them.';
comment on column billing.reconciliations.provider_requests is 'Null where the provider does not say.';
comment on column billing.reconciliations.ratio is 'Our tokens by the provider''s; null where the provider has none.';
comment on column billing.reconciliations.compared_at is 'When the two were compared.';

-- schemas/tables/billing.refusals.sql

create table billing.refusals (
  user_id uuid not null,
  day date not null,
  kind text not null,
  cap text not null default '',
  count bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  constraint refusals_pkey primary key (user_id, day, kind, cap),
  constraint refusals_account_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint refusals_kind_known check (kind in ('cap', 'reserved', 'rate', 'streams', 'quota', 'blocked', 'model')),
  constraint refusals_cap_known check (
    cap in ('', 'tokens', 'cost', 'daily_tokens', 'daily_cost', 'own_key_tokens', 'deployment_tokens', 'deployment_cost')
  ),
  constraint refusals_of_caps_name_them check ((kind in ('cap', 'reserved')) = (cap <> '')),
  constraint refusals_counted check (count > 0),
  constraint refusals_in_order check (first_at <= last_at)
);

create index refusals_by_day on billing.refusals (day, user_id);

alter table billing.refusals enable row level security;
alter table billing.refusals force row level security;

revoke all on billing.refusals from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.refusals to service_role;

comment on table billing.refusals is 'What limits refused, counted: a row per user, day, kind of limit and cap, however often.';
comment on column billing.refusals.user_id is 'The user.';
comment on column billing.refusals.day is 'The day in UTC.';
comment on column billing.refusals.kind is
  'cap: the cap is used up; reserved: running answers hold the rest of it; rate: requests a minute; streams: answers at once; quota: what may be stored; blocked: the account; model: not on the plan.';
comment on column billing.refusals.cap is 'Which cap; empty where the limit is none.';
comment on column billing.refusals.count is 'How many requests were refused.';
comment on column billing.refusals.first_at is 'The first of the day.';
comment on column billing.refusals.last_at is 'The last of the day.';

-- schemas/tables/billing.statements.sql

create table billing.statements (
  user_id uuid not null,
  period_start timestamptz not null,
  body jsonb not null,
  content_hash bytea not null,
  created_at timestamptz not null default now(),
  constraint statements_pkey primary key (period_start, user_id),
  constraint statements_hash_is_sha256 check (octet_length(content_hash) = 32)
);

create index statements_by_user on billing.statements (user_id, period_start desc);

create trigger statements_append_only
before update or delete or truncate on billing.statements
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.statements enable always trigger statements_append_only;

alter table billing.statements enable row level security;
alter table billing.statements force row level security;

revoke all on billing.statements from public, anon, authenticated, service_role;
grant select, insert on billing.statements to service_role;

comment on table billing.statements is 'A closed period, frozen.';
comment on column billing.statements.user_id is 'The user; not part of what is hashed, as it can change.';
comment on column billing.statements.period_start is 'When the period begins.';
comment on column billing.statements.body is 'Totals, a line per purpose, model and payer, and adjustments of earlier periods.';
comment on column billing.statements.content_hash is 'SHA-256 of the body''s text.';
comment on column billing.statements.created_at is 'When the period was closed.';

-- schemas/tables/billing.usage_alerts.sql

create table billing.usage_alerts (
  id uuid not null default gen_random_uuid(),
  alert_key text not null,
  kind text not null,
  user_id uuid,
  facts jsonb not null default '{}',
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  delivered_at timestamptz,
  failed_at timestamptz,
  constraint usage_alerts_pkey primary key (id),
  constraint usage_alerts_once unique (alert_key),
  constraint usage_alerts_key_length check (char_length(alert_key) between 1 and 300),
  constraint usage_alerts_kind_known check (kind in ('cap_warning', 'cap_reached', 'reconciliation', 'period_archived')),
  constraint usage_alerts_facts_shape check (jsonb_typeof(facts) = 'object' and octet_length(facts::text) <= 4096),
  constraint usage_alerts_attempts_not_negative check (attempts >= 0),
  constraint usage_alerts_error_length check (char_length(last_error) <= 500),
  constraint usage_alerts_ends_once check (delivered_at is null or failed_at is null)
);

create index usage_alerts_to_deliver on billing.usage_alerts (due_at) where delivered_at is null and failed_at is null;
create index usage_alerts_by_user on billing.usage_alerts (user_id, created_at desc);

alter table billing.usage_alerts enable row level security;
alter table billing.usage_alerts force row level security;

revoke all on billing.usage_alerts from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_alerts to service_role;

comment on table billing.usage_alerts is
  'What an operator or a user should hear of. Each happening is told once: whoever raises it again, its key is taken.';
comment on column billing.usage_alerts.id is 'Sent along, so that a receiver tells repetitions.';
comment on column billing.usage_alerts.alert_key is 'What happened to whom and when.';
comment on column billing.usage_alerts.kind is 'cap_warning, cap_reached, reconciliation or period_archived.';
comment on column billing.usage_alerts.user_id is
  'Null where it is about the whole deployment. Without a foreign key: an alert outlives its user.';
comment on column billing.usage_alerts.facts is 'What the message says.';
comment on column billing.usage_alerts.created_at is 'When it happened.';
comment on column billing.usage_alerts.due_at is 'When to deliver it, or to try again.';
comment on column billing.usage_alerts.attempts is 'How often it was sent.';
comment on column billing.usage_alerts.last_error is 'Why the last attempt failed.';
comment on column billing.usage_alerts.delivered_at is 'When the receiver took it.';
comment on column billing.usage_alerts.failed_at is 'When it was given up.';

-- schemas/tables/billing.usage_daily.sql

create table billing.usage_daily (
  user_id uuid not null,
  day date not null,
  model text not null,
  purpose text not null,
  payer text not null,
  calls bigint not null default 0,
  input_tokens bigint not null default 0,
  cached_input_tokens bigint not null default 0,
  cache_write_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost numeric not null default 0,
  constraint usage_daily_pkey primary key (user_id, day, model, purpose, payer)
);

create index usage_daily_by_day on billing.usage_daily (day, model);

alter table billing.usage_daily enable row level security;
alter table billing.usage_daily force row level security;

revoke all on billing.usage_daily from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_daily to service_role;

comment on table billing.usage_daily is 'The rollup that reports read.';
comment on column billing.usage_daily.user_id is 'The user.';
comment on column billing.usage_daily.day is
  'The day in UTC; what is known only after a period was closed counts to the day on which it became known.';
comment on column billing.usage_daily.model is 'The model, as it is named in the settings.';
comment on column billing.usage_daily.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.usage_daily.payer is 'platform, or own_key: on the user''s own key.';
comment on column billing.usage_daily.calls is 'Model calls, each attempt for itself.';
comment on column billing.usage_daily.input_tokens is 'Tokens of the prompts, cached ones included.';
comment on column billing.usage_daily.cached_input_tokens is 'Those of the prompts that the provider had cached.';
comment on column billing.usage_daily.cache_write_tokens is 'Those of the prompts that the provider wrote to its cache.';
comment on column billing.usage_daily.output_tokens is 'Tokens of the answers, reasoning included.';
comment on column billing.usage_daily.reasoning_tokens is 'Those of the answers that are reasoning.';
comment on column billing.usage_daily.cost is 'In the currency of the prices; 0 on own keys.';

-- schemas/tables/billing.usage_events.sql

create table billing.usage_events (
  id uuid not null,
  completion_id uuid not null,
  attempt integer not null,
  user_id uuid not null,
  chat_id uuid,
  purpose text not null,
  model text not null,
  input_tokens integer not null,
  cached_input_tokens integer not null,
  cache_write_tokens integer not null,
  output_tokens integer not null,
  reasoning_tokens integer not null,
  price_id uuid not null,
  input_rate numeric not null,
  cached_input_rate numeric not null,
  cache_write_rate numeric not null,
  output_rate numeric not null,
  reasoning_rate numeric not null,
  cost numeric not null,
  currency text not null,
  quality text not null,
  payer text not null,
  period_start timestamptz not null,
  day date not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  rejected_report jsonb,
  constraint usage_events_pkey primary key (id),
  constraint usage_events_price_fkey foreign key (price_id) references billing.model_prices (id),
  constraint usage_events_purpose_known check (purpose in ('answer', 'title')),
  constraint usage_events_quality_known check (quality in ('reported', 'estimated', 'adjustment')),
  constraint usage_events_payer_known check (payer in ('platform', 'own_key')),
  constraint usage_events_own_key_is_free check (payer = 'platform' or cost = 0),
  constraint usage_events_rates_not_negative check (
    input_rate >= 0 and cached_input_rate >= 0 and cache_write_rate >= 0 and output_rate >= 0 and reasoning_rate >= 0
  ),
  constraint usage_events_rejected_report_not_believed check (rejected_report is null or quality <> 'reported'),
  -- What was used cannot be known before it was.
  constraint usage_events_not_early check (day >= (occurred_at at time zone 'UTC')::date),
  constraint usage_events_consistent check (
    quality = 'adjustment'
    or (
      least(cached_input_tokens, cache_write_tokens, reasoning_tokens, cost) >= 0 and cached_input_tokens + cache_write_tokens <= input_tokens
      and reasoning_tokens <= output_tokens
    )
  )
);

create unique index usage_events_one_per_attempt on billing.usage_events (completion_id, attempt) where quality <> 'adjustment';
create index usage_events_by_user_newest_first on billing.usage_events (user_id, occurred_at desc, id desc);
create index usage_events_by_period on billing.usage_events (period_start, user_id);
create index usage_events_adjustments on billing.usage_events (completion_id, attempt) where quality = 'adjustment';

create trigger usage_events_append_only
before update or delete or truncate on billing.usage_events
for each statement execute function billing.refuse_change();
-- Also in sessions that replay, where ordinary triggers are off.
alter table billing.usage_events enable always trigger usage_events_append_only;

alter table billing.usage_events enable row level security;
alter table billing.usage_events force row level security;

revoke all on billing.usage_events from public, anon, authenticated, service_role;
grant select, insert on billing.usage_events to service_role;

comment on table billing.usage_events is 'The ledger. Users and chats are named without foreign keys: the figures outlive both.';
comment on column billing.usage_events.id is 'Sent to the provider with the call; an adjustment has one of its own.';
comment on column billing.usage_events.completion_id is 'The answer, also the id of its message.';
comment on column billing.usage_events.attempt is 'Which call of the answer, from 1.';
comment on column billing.usage_events.user_id is 'The user; an id of nobody once the account is erased.';
comment on column billing.usage_events.chat_id is 'The chat, which may have been deleted since.';
comment on column billing.usage_events.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.usage_events.model is 'The model, as it is named in the settings.';
comment on column billing.usage_events.input_tokens is 'Tokens of the prompt, cached ones included; of an adjustment the difference.';
comment on column billing.usage_events.cached_input_tokens is 'Those of the prompt that the provider had cached.';
comment on column billing.usage_events.cache_write_tokens is 'Those of the prompt that the provider wrote to its cache.';
comment on column billing.usage_events.output_tokens is 'Tokens of the answer, reasoning included.';
comment on column billing.usage_events.reasoning_tokens is 'Those of the answer that are reasoning.';
comment on column billing.usage_events.price_id is 'The price that the rates are from.';
comment on column billing.usage_events.input_rate is 'Price of a million uncached input tokens, as it was charged.';
comment on column billing.usage_events.cached_input_rate is 'Price of a million cached input tokens.';
comment on column billing.usage_events.cache_write_rate is 'Price of a million input tokens that were written to the cache.';
comment on column billing.usage_events.output_rate is 'Price of a million output tokens that are no reasoning.';
comment on column billing.usage_events.reasoning_rate is 'Price of a million reasoning tokens.';
comment on column billing.usage_events.cost is 'The tokens of each kind at their rates, exactly; 0 on own keys.';
comment on column billing.usage_events.currency is 'ISO 4217.';
comment on column billing.usage_events.quality is
  'reported by the provider; estimated, as no report came; adjustment, to what became known later.';
comment on column billing.usage_events.payer is 'platform, or own_key.';
comment on column billing.usage_events.period_start is 'The period that it counts to; later than the call''s own where that was closed.';
comment on column billing.usage_events.day is
  'The day in UTC that it counts to: that of the call, or, where the call''s period was closed, that of its record.';
comment on column billing.usage_events.occurred_at is 'When the call was admitted.';
comment on column billing.usage_events.recorded_at is 'When the row was written.';
comment on column billing.usage_events.rejected_report is
  'What the provider reported, where that was not possible and the figures are estimated.';

-- schemas/tables/billing.usage_periods.sql

create table billing.usage_periods (
  user_id uuid not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  tokens bigint not null default 0,
  cost numeric not null default 0,
  own_key_tokens bigint not null default 0,
  status text not null default 'open',
  updated_at timestamptz not null default now(),
  constraint usage_periods_pkey primary key (user_id, period_start),
  constraint usage_periods_status_known check (status in ('open', 'blocked', 'closed')),
  constraint usage_periods_in_order check (period_start < period_end)
);

create index usage_periods_to_close on billing.usage_periods (period_end) where status <> 'closed';
-- Who is on a plan that has changed is looked for among those who have a period, not among all periods that ever were.
create index usage_periods_open on billing.usage_periods (user_id) where status <> 'closed';
-- What reports of a month read.
create index usage_periods_by_start on billing.usage_periods (period_start, user_id);

create trigger usage_periods_touch_updated_at
before update on billing.usage_periods
for each row execute function chatbot.touch_updated_at();

alter table billing.usage_periods enable row level security;
alter table billing.usage_periods force row level security;

revoke all on billing.usage_periods from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_periods to service_role;

comment on table billing.usage_periods is
  'Totals per user and period, changed only together with the ledger. The row''s lock is what admission and settlement queue on.';
comment on column billing.usage_periods.user_id is 'The user.';
comment on column billing.usage_periods.period_start is 'When the period begins.';
comment on column billing.usage_periods.period_end is 'When it ends; this moment belongs to the next.';
comment on column billing.usage_periods.tokens is
  'Input and output tokens that the platform pays for. Negative where what turned out too high after its period was closed is given back.';
comment on column billing.usage_periods.cost is 'What they cost, in the currency of the prices.';
comment on column billing.usage_periods.own_key_tokens is 'Tokens on the user''s own key.';
comment on column billing.usage_periods.status is 'open; blocked: the smallest send no longer fits; closed: frozen in a statement.';
comment on column billing.usage_periods.updated_at is 'When it was last changed.';

-- schemas/tables/billing.usage_reservations.sql

create table billing.usage_reservations (
  completion_id uuid not null,
  user_id uuid not null,
  period_start timestamptz not null,
  payer text not null,
  tokens integer not null,
  cost numeric not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint usage_reservations_pkey primary key (completion_id),
  constraint usage_reservations_payer_known check (payer in ('platform', 'own_key')),
  constraint usage_reservations_positive check (tokens > 0 and cost >= 0)
);

create index usage_reservations_by_period on billing.usage_reservations (user_id, period_start);
create index usage_reservations_by_expiry on billing.usage_reservations (expires_at);
create index usage_reservations_platform on billing.usage_reservations (created_at) include (tokens, cost) where payer = 'platform';

alter table billing.usage_reservations enable row level security;
alter table billing.usage_reservations force row level security;

revoke all on billing.usage_reservations from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.usage_reservations to service_role;

comment on table billing.usage_reservations is
  'What a live completion may still cost at the most. Apart from spend: settling deletes the row.';
comment on column billing.usage_reservations.completion_id is 'The completion.';
comment on column billing.usage_reservations.user_id is 'The user.';
comment on column billing.usage_reservations.period_start is 'The period that it counts to.';
comment on column billing.usage_reservations.payer is 'platform, or own_key.';
comment on column billing.usage_reservations.tokens is 'The prompt and the longest answer, at the most.';
comment on column billing.usage_reservations.cost is 'What they would cost, in the currency of the prices.';
comment on column billing.usage_reservations.expires_at is 'The latest end of the call, and the time to settle it.';
comment on column billing.usage_reservations.created_at is 'When the row was made.';

-- schemas/tables/billing.user_plans.sql

create table billing.user_plans (
  user_id uuid not null,
  plan_id text not null,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  daily_token_cap bigint,
  daily_cost_cap numeric,
  period_anchor_day smallint,
  requests_per_minute integer,
  concurrent_streams integer,
  max_output_tokens integer,
  blocked_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_plans_pkey primary key (user_id),
  constraint user_plans_account_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint user_plans_plan_fkey foreign key (plan_id) references billing.plans (id),
  constraint user_plans_caps_positive check (token_cap >= 0 and cost_cap >= 0 and own_key_token_cap >= 0),
  constraint user_plans_daily_caps_positive check (daily_token_cap >= 0 and daily_cost_cap >= 0),
  constraint user_plans_caps_bounded check (
    greatest(token_cap, own_key_token_cap, daily_token_cap) <= 1000000000000000
    and greatest(cost_cap, daily_cost_cap) <= 1000000000000 and greatest(min_scale(cost_cap), min_scale(daily_cost_cap)) <= 12
  ),
  constraint user_plans_limits_bounded check (greatest(requests_per_minute, concurrent_streams) <= 1000000 and max_output_tokens <= 10000000),
  constraint user_plans_anchor_is_day check (period_anchor_day between 1 and 31),
  constraint user_plans_limits_positive check (requests_per_minute > 0 and concurrent_streams > 0 and max_output_tokens > 0),
  constraint user_plans_blocked_reason_length check (char_length(blocked_reason) between 1 and 200)
);

create index user_plans_by_plan on billing.user_plans (plan_id);
create index user_plans_anchored on billing.user_plans (user_id) where period_anchor_day <> 1;
create index user_plans_blocked on billing.user_plans (user_id) where blocked_reason is not null;

create trigger user_plans_touch_updated_at
before update on billing.user_plans
for each row execute function chatbot.touch_updated_at();

create trigger user_plans_review
after insert or update or delete on billing.user_plans
for each row execute function billing.review_changed_user();

alter table billing.user_plans enable row level security;
alter table billing.user_plans force row level security;

revoke all on billing.user_plans from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.user_plans to service_role;

comment on table billing.user_plans is 'Which plan a user is on, and what differs for them. Who has no row is on the default plan.';
comment on column billing.user_plans.user_id is 'The user.';
comment on column billing.user_plans.plan_id is 'The plan.';
comment on column billing.user_plans.token_cap is 'Input and output tokens per period that the platform pays for; null is as in the plan.';
comment on column billing.user_plans.cost_cap is 'Cost per period, in the currency of the prices; null is as in the plan.';
comment on column billing.user_plans.own_key_token_cap is
  'Tokens per period on the user''s own key: they cost the platform nothing, but a runaway client should stop; null is as in the plan.';
comment on column billing.user_plans.daily_token_cap is 'Tokens per day in UTC, within those of the period; null is as in the plan.';
comment on column billing.user_plans.daily_cost_cap is 'Cost per day in UTC, within that of the period; null is as in the plan.';
comment on column billing.user_plans.period_anchor_day is 'The day of the month on which a period begins; null is as in the plan.';
comment on column billing.user_plans.requests_per_minute is 'Sends a minute; null is as in the plan.';
comment on column billing.user_plans.concurrent_streams is 'Answers at once; null is as in the plan.';
comment on column billing.user_plans.max_output_tokens is 'Of one answer; null is as in the plan.';
comment on column billing.user_plans.blocked_reason is 'Blocks the account; the user reads it.';
comment on column billing.user_plans.created_at is 'When the row was made.';
comment on column billing.user_plans.updated_at is 'When it was last changed.';

-- schemas/tables/chatbot.abandoned_attempts.sql

create table chatbot.abandoned_attempts (
  id uuid not null,
  completion_id uuid not null,
  attempt integer not null,
  model text not null,
  price_id uuid not null,
  abandoned_at timestamptz not null default now(),
  constraint abandoned_attempts_pkey primary key (id),
  constraint abandoned_attempts_once unique (completion_id, attempt),
  constraint abandoned_attempts_completion_fkey foreign key (completion_id) references chatbot.completions (id),
  constraint abandoned_attempts_price_fkey foreign key (price_id) references billing.model_prices (id),
  constraint abandoned_attempts_attempt_positive check (attempt > 0),
  constraint abandoned_attempts_model_length check (char_length(model) between 1 and 100)
);

alter table chatbot.abandoned_attempts enable row level security;
alter table chatbot.abandoned_attempts force row level security;

revoke all on chatbot.abandoned_attempts from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.abandoned_attempts to service_role;

comment on table chatbot.abandoned_attempts is
  'Calls that a model took and that were given up before their first token: another call followed in their place, and the provider may charge for the prompt all the same.';
comment on column chatbot.abandoned_attempts.id is 'Sent to the provider with the call, and the id of its row in the ledger.';
comment on column chatbot.abandoned_attempts.completion_id is 'The completion.';
comment on column chatbot.abandoned_attempts.attempt is 'Which call of it, from 1.';
comment on column chatbot.abandoned_attempts.model is 'The model that was called.';
comment on column chatbot.abandoned_attempts.price_id is 'The price that was in force.';
comment on column chatbot.abandoned_attempts.abandoned_at is 'When it was given up.';

-- schemas/tables/chatbot.completion_deltas.sql

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

-- schemas/tables/chatbot.dead_letters.sql

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

-- schemas/tables/chatbot.deleted_chats.sql

create table chatbot.deleted_chats (
  user_id uuid not null,
  chat_id uuid not null,
  deleted_at timestamptz not null default now(),
  constraint deleted_chats_pkey primary key (user_id, chat_id),
  constraint deleted_chats_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);

alter table chatbot.deleted_chats enable row level security;
alter table chatbot.deleted_chats force row level security;

revoke all on chatbot.deleted_chats from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.deleted_chats to service_role;

comment on table chatbot.deleted_chats is 'The ids of deleted chats: for their owner they stay deleted. They go with the account.';
comment on column chatbot.deleted_chats.user_id is 'The user.';
comment on column chatbot.deleted_chats.chat_id is 'The chat.';
comment on column chatbot.deleted_chats.deleted_at is 'When it was deleted.';

-- schemas/tables/chatbot.erasures.sql

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

-- schemas/tables/chatbot.failed_deliveries.sql

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

-- schemas/tables/chatbot.operations.sql

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

-- schemas/tables/chatbot.provider_keys.sql

create table chatbot.provider_keys (
  id uuid not null,
  user_id uuid not null,
  provider text not null default 'openai',
  ciphertext bytea not null,
  nonce bytea not null,
  key_version integer not null,
  last_four text not null,
  last_verified_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint provider_keys_pkey primary key (id),
  constraint provider_keys_one_per_provider unique (user_id, provider),
  constraint provider_keys_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint provider_keys_provider_known check (provider = 'openai'),
  -- Ciphertext and its 16-byte tag.
  constraint provider_keys_ciphertext_length check (octet_length(ciphertext) between 17 and 1024),
  constraint provider_keys_nonce_length check (octet_length(nonce) = 12),
  constraint provider_keys_version_positive check (key_version > 0),
  constraint provider_keys_last_four_length check (char_length(last_four) = 4)
);

create index provider_keys_by_version on chatbot.provider_keys (key_version, id);

create trigger provider_keys_touch_updated_at
before update on chatbot.provider_keys
for each row execute function chatbot.touch_updated_at();

alter table chatbot.provider_keys enable row level security;
alter table chatbot.provider_keys force row level security;

revoke all on chatbot.provider_keys from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.provider_keys to service_role;

comment on table chatbot.provider_keys is 'A user''s own key for a model provider, AES-256-GCM under a data key that only the program has.';
comment on column chatbot.provider_keys.id is 'The key of the row.';
comment on column chatbot.provider_keys.user_id is 'The user.';
comment on column chatbot.provider_keys.provider is 'openai.';
comment on column chatbot.provider_keys.ciphertext is 'The key, encrypted, and its tag of 16 bytes.';
comment on column chatbot.provider_keys.nonce is 'Of the encryption, 12 bytes.';
comment on column chatbot.provider_keys.key_version is 'Which data key it is encrypted under.';
comment on column chatbot.provider_keys.last_four is 'Its last four characters, which are shown.';
comment on column chatbot.provider_keys.last_verified_at is 'When the provider last took it.';
comment on column chatbot.provider_keys.created_at is 'When the row was made.';
comment on column chatbot.provider_keys.updated_at is 'When it was last changed.';

-- schemas/tables/chatbot.rate_buckets.sql

create table chatbot.rate_buckets (
  user_id uuid not null,
  kind text not null,
  tokens double precision not null,
  updated_at timestamptz not null default now(),
  constraint rate_buckets_pkey primary key (user_id, kind),
  -- The bucket of the whole deployment is kept under the nil UUID.
  constraint rate_buckets_kind_known check (kind in ('send', 'deployment') and (kind = 'deployment') = (user_id = '00000000-0000-0000-0000-000000000000')),
  constraint rate_buckets_tokens_positive check (tokens >= 0)
);

alter table chatbot.rate_buckets enable row level security;
alter table chatbot.rate_buckets force row level security;

revoke all on chatbot.rate_buckets from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.rate_buckets to service_role;

comment on table chatbot.rate_buckets is 'Token buckets, refilled by the time that has passed when next looked at.';
comment on column chatbot.rate_buckets.user_id is 'The user; the nil UUID is the whole deployment.';
comment on column chatbot.rate_buckets.kind is 'send, or deployment.';
comment on column chatbot.rate_buckets.tokens is 'What was left at updated_at.';
comment on column chatbot.rate_buckets.updated_at is 'When it was last looked at.';

-- schemas/tables/chatbot.stop_requests.sql

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

-- schemas/tables/chatbot.timer_lease.sql

create table chatbot.timer_lease (
  is_only boolean not null default true,
  holder uuid,
  expires_at timestamptz not null default '-infinity',
  constraint timer_lease_pkey primary key (is_only),
  constraint timer_lease_one_row check (is_only)
);

alter table chatbot.timer_lease enable row level security;
alter table chatbot.timer_lease force row level security;

revoke all on chatbot.timer_lease from public, anon, authenticated, service_role;
grant select, update on chatbot.timer_lease to service_role;

insert into chatbot.timer_lease default values;

comment on table chatbot.timer_lease is 'One run of the timer at a time, on all instances. A run that died is over when its lease is.';
comment on column chatbot.timer_lease.is_only is 'True: there is one row.';
comment on column chatbot.timer_lease.holder is 'Who runs; null is nobody.';
comment on column chatbot.timer_lease.expires_at is 'Until when.';

-- schemas/tables/chatbot.token_counts.sql

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

-- schemas/tables/chatbot.user_storage.sql

create table chatbot.user_storage (
  user_id uuid not null,
  chats integer not null,
  bytes bigint not null,
  constraint user_storage_pkey primary key (user_id),
  constraint user_storage_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint user_storage_not_negative check (chats >= 0 and bytes >= 0)
);

alter table chatbot.user_storage enable row level security;
alter table chatbot.user_storage force row level security;

revoke all on chatbot.user_storage from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.user_storage to service_role;

comment on table chatbot.user_storage is 'What each user has stored, for the quotas of their plan; kept by triggers, whoever writes.';
comment on column chatbot.user_storage.user_id is 'The user.';
comment on column chatbot.user_storage.chats is 'How many chats.';
comment on column chatbot.user_storage.bytes is 'Of titles, system prompts and messages, in UTF-8, and 100 for each deleted chat, whose id is kept.';

-- schemas/tables/public.message_feedback.sql

create table public.message_feedback (
  message_id uuid not null,
  user_id uuid not null default auth.uid(),
  value text not null,
  comment text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint message_feedback_pkey primary key (message_id),
  constraint message_feedback_message_fkey foreign key (message_id, user_id) references public.messages (id, user_id) on delete cascade,
  constraint message_feedback_value_known check (value in ('up', 'down')),
  constraint message_feedback_comment_length check (char_length(comment) between 1 and 2000)
);

-- What operators read.
create index message_feedback_newest_first on public.message_feedback (updated_at desc, message_id desc);

create trigger message_feedback_touch_updated_at
before update on public.message_feedback
for each row execute function chatbot.touch_updated_at();

alter table public.message_feedback enable row level security;
alter table public.message_feedback force row level security;

create policy "Users read their own feedback" on public.message_feedback
for select to authenticated
using (user_id = (select auth.uid()));

create policy "Users give feedback as themselves" on public.message_feedback
for insert to authenticated
with check (user_id = (select auth.uid()));

create policy "Users change their own feedback" on public.message_feedback
for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

create policy "Users withdraw their own feedback" on public.message_feedback
for delete to authenticated
using (user_id = (select auth.uid()));

revoke all on public.message_feedback from public, anon, authenticated, service_role;
grant select, delete on public.message_feedback to authenticated;
grant insert (message_id, user_id, value, comment) on public.message_feedback to authenticated;
grant update (value, comment) on public.message_feedback to authenticated;
grant select, insert, update, delete on public.message_feedback to service_role;

comment on table public.message_feedback is 'What a user thinks of an answer.';
comment on column public.message_feedback.message_id is 'The answer.';
comment on column public.message_feedback.user_id is 'Whose it is.';
comment on column public.message_feedback.value is 'up or down.';
comment on column public.message_feedback.comment is 'In their words.';
comment on column public.message_feedback.created_at is 'When the row was made.';
comment on column public.message_feedback.updated_at is 'When it was last changed.';

-- schemas/tables/public.user_preferences.sql

create table public.user_preferences (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  theme text not null default 'system',
  openai_settings jsonb not null default '{"preferred_model": "gpt-4o"}',
  notification_settings jsonb not null default '{"email_notifications": false, "push_notifications": false}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_preferences_pkey primary key (id),
  constraint user_preferences_user_id_key unique (user_id),
  constraint user_preferences_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint user_preferences_theme_known check (theme in ('system', 'light', 'dark')),
  constraint user_preferences_openai_settings_shape check (
    jsonb_typeof(openai_settings) = 'object'
    and octet_length(openai_settings::text) <= 4096
    and coalesce(jsonb_typeof(openai_settings -> 'preferred_model'), 'string') in ('string', 'null')
  ),
  constraint user_preferences_notification_settings_shape check (
    jsonb_typeof(notification_settings) = 'object' and octet_length(notification_settings::text) <= 4096
  )
);

create trigger user_preferences_touch_updated_at
before update on public.user_preferences
for each row execute function chatbot.touch_updated_at();

alter table public.user_preferences enable row level security;
alter table public.user_preferences force row level security;

create policy "Users read their own preferences" on public.user_preferences
for select to authenticated
using (user_id = (select auth.uid()));

create policy "Users create their own preferences" on public.user_preferences
for insert to authenticated
with check (user_id = (select auth.uid()));

create policy "Users change their own preferences" on public.user_preferences
for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

create policy "Users delete their own preferences" on public.user_preferences
for delete to authenticated
using (user_id = (select auth.uid()));

revoke all on public.user_preferences from public, anon, authenticated, service_role;
grant select, delete on public.user_preferences to authenticated;
grant insert (id, user_id, theme, openai_settings, notification_settings) on public.user_preferences to authenticated;
grant update (theme, openai_settings, notification_settings) on public.user_preferences to authenticated;
grant select, insert, update, delete on public.user_preferences to service_role;

comment on table public.user_preferences is 'A user''s preferences; who has no row has the defaults.';
comment on column public.user_preferences.id is 'The key of the row.';
comment on column public.user_preferences.user_id is 'The user; one row each.';
comment on column public.user_preferences.theme is 'system, light or dark.';
comment on column public.user_preferences.openai_settings is 'preferred_model.';
comment on column public.user_preferences.notification_settings is 'email_notifications and push_notifications.';
comment on column public.user_preferences.created_at is 'When the row was made.';
comment on column public.user_preferences.updated_at is 'When it was last changed.';

-- schemas/functions/billing.clock.sql

-- The time that usage is billed by. Leases and retries go by the clock itself.
create function billing.clock()
returns timestamptz
language sql
volatile
return clock_timestamp();

revoke all on function billing.clock from public;
grant execute on function billing.clock to service_role;

-- schemas/functions/billing.limits_of.sql

-- The limits in force for a user: the plan's, where the user's own row does not say otherwise.
create function billing.limits_of(p_user_id uuid)
returns setof billing.limits
language sql
stable
set search_path = ''
rows 1
as $$
  select
    p.id,
    coalesce(u.token_cap, p.token_cap),
    coalesce(u.cost_cap, p.cost_cap),
    coalesce(u.own_key_token_cap, p.own_key_token_cap),
    coalesce(u.daily_token_cap, p.daily_token_cap),
    coalesce(u.daily_cost_cap, p.daily_cost_cap),
    coalesce(u.period_anchor_day, p.period_anchor_day)::integer,
    coalesce(u.requests_per_minute, p.requests_per_minute),
    coalesce(u.concurrent_streams, p.concurrent_streams),
    coalesce(u.max_output_tokens, p.max_output_tokens),
    p.models_allowed,
    p.stops_at_cap,
    u.blocked_reason
  from (values (p_user_id)) who (user_id)
  left join billing.user_plans u on u.user_id = who.user_id
  join billing.plans p on p.id = coalesce(u.plan_id, (select d.id from billing.plans d where d.is_default));
$$;

revoke all on function billing.limits_of from public;
grant execute on function billing.limits_of to service_role;

-- schemas/functions/billing.price_of.sql

create function billing.price_of(p_model text, p_at timestamptz)
returns setof billing.model_prices
language sql
stable
set search_path = ''
rows 1
as $$
  select m.*
  from billing.model_prices m
  where m.model = p_model and m.valid_from <= p_at
  order by m.valid_from desc
  limit 1;
$$;

revoke all on function billing.price_of from public;
grant execute on function billing.price_of to service_role;

-- schemas/functions/billing.events_of.sql

-- All ledger rows of a completion.
create function billing.events_of(p_completion_id uuid)
returns setof billing.usage_events
language sql
stable
set search_path = ''
as $$
  -- Each half has an index of its own.
  select e.* from billing.usage_events e where e.completion_id = p_completion_id and e.quality <> 'adjustment'
  union all
  select e.* from billing.usage_events e where e.completion_id = p_completion_id and e.quality = 'adjustment';
$$;

revoke all on function billing.events_of from public;
grant execute on function billing.events_of to service_role;

-- schemas/functions/billing.anchor_in.sql

-- When periods begin in the month of p_at that lies p_months away.
create function billing.anchor_in(p_at timestamptz, p_months integer, p_anchor_day integer)
returns timestamptz
language sql
immutable
return least(
  date_trunc('month', p_at at time zone 'UTC') + make_interval(months => p_months, days => p_anchor_day - 1),
  date_trunc('month', p_at at time zone 'UTC') + make_interval(months => p_months + 1) - interval '1 day'
) at time zone 'UTC';

revoke all on function billing.anchor_in from public;
grant execute on function billing.anchor_in to service_role;

-- schemas/functions/billing.period_start.sql

-- The period that p_at lies in begins here; by default periods are calendar months in UTC.
create function billing.period_start(p_at timestamptz, p_anchor_day integer default 1)
returns timestamptz
language sql
immutable
return case
  when billing.anchor_in(p_at, 0, p_anchor_day) <= p_at then billing.anchor_in(p_at, 0, p_anchor_day)
  else billing.anchor_in(p_at, -1, p_anchor_day)
end;

revoke all on function billing.period_start from public;
grant execute on function billing.period_start to service_role;

-- schemas/functions/billing.period_end.sql

create function billing.period_end(p_at timestamptz, p_anchor_day integer default 1)
returns timestamptz
language sql
immutable
return case
  when billing.anchor_in(p_at, 0, p_anchor_day) > p_at then billing.anchor_in(p_at, 0, p_anchor_day)
  else billing.anchor_in(p_at, 1, p_anchor_day)
end;

revoke all on function billing.period_end from public;
grant execute on function billing.period_end to service_role;

-- schemas/functions/billing.input_cost.sql

-- What a token of a prompt costs at most.
create function billing.input_cost(p_price billing.model_prices)
returns numeric
language sql
immutable
return 0.000001 * greatest((p_price).input, (p_price).cached_input, (p_price).cache_write);

revoke all on function billing.input_cost from public;
grant execute on function billing.input_cost to service_role;

-- schemas/functions/billing.output_cost.sql

-- What a token of output costs at most.
create function billing.output_cost(p_price billing.model_prices)
returns numeric
language sql
immutable
return 0.000001 * greatest((p_price).output, (p_price).reasoning);

revoke all on function billing.output_cost from public;
grant execute on function billing.output_cost to service_role;

-- schemas/functions/billing.min_output.sql

-- The least tokens that an answer may have: one that must end after fewer is not worth its prompt.
create function billing.min_output(p_max_output integer)
returns integer
language sql
immutable
return least(p_max_output, 256);

revoke all on function billing.min_output from public;
grant execute on function billing.min_output to service_role;

-- schemas/functions/chatbot.message_overhead.sql

-- The tokens that a chat format adds around each message, and once around the whole.
create function chatbot.message_overhead()
returns integer
language sql
immutable
return 8;

revoke all on function chatbot.message_overhead from public;
grant execute on function chatbot.message_overhead to service_role;

-- schemas/functions/billing.smallest_prompt.sql

-- The tokens of the smallest prompt: a message of one.
create function billing.smallest_prompt()
returns integer
language sql
immutable
return 2 * chatbot.message_overhead() + 1;

revoke all on function billing.smallest_prompt from public;
grant execute on function billing.smallest_prompt to service_role;

-- schemas/functions/billing.smallest_tokens.sql

-- The tokens that the smallest send needs.
create function billing.smallest_tokens(p_limits billing.limits)
returns integer
language sql
immutable
return billing.smallest_prompt() + billing.min_output((p_limits).max_output_tokens);

revoke all on function billing.smallest_tokens from public;
grant execute on function billing.smallest_tokens to service_role;

-- schemas/functions/billing.smallest_cost.sql

-- What the smallest send needs at a price.
create function billing.smallest_cost(p_limits billing.limits, p_price billing.model_prices)
returns numeric
language sql
immutable
return billing.smallest_prompt() * billing.input_cost(p_price)
  + billing.min_output((p_limits).max_output_tokens) * billing.output_cost(p_price);

revoke all on function billing.smallest_cost from public;
grant execute on function billing.smallest_cost to service_role;

-- schemas/functions/billing.cheapest_price.sql

-- The price in force of the model with the cheapest smallest send, of those that a plan allows; null is all that have a price.
create function billing.cheapest_price(p_models_allowed text[])
returns billing.model_prices
language plpgsql
stable
set search_path = ''
as $$
declare
  v_price billing.model_prices;
begin
  select p.* into v_price
  from (
    select distinct on (m.model) m.*
    from billing.model_prices m
    where m.valid_from <= billing.clock() and (p_models_allowed is null or m.model = any (p_models_allowed))
    order by m.model, m.valid_from desc
  ) p
  order by billing.smallest_prompt() * billing.input_cost(p) + billing.min_output(null) * billing.output_cost(p)
  limit 1;
  return v_price;
end
$$;

revoke all on function billing.cheapest_price from public;
grant execute on function billing.cheapest_price to service_role;

-- schemas/functions/billing.is_reached.sql

-- Whether the smallest send no longer fits into a cap, whatever is reserved.
create function billing.is_reached(
  p_limits billing.limits,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  -- Of any model that the plan allows: what fits at its price need not be looked at any closer. Null is not known.
  p_price billing.model_prices default null
)
returns boolean
language sql
stable
return case
  when p_limit is null then false
  when p_cap not like '%cost' then p_limit - p_used < billing.smallest_tokens(p_limits)
  when p_limit - p_used >= billing.smallest_cost(p_limits, p_price) then false
  else coalesce(p_limit - p_used < billing.smallest_cost(p_limits, billing.cheapest_price((p_limits).models_allowed)), false)
end;

revoke all on function billing.is_reached from public;
grant execute on function billing.is_reached to service_role;

-- schemas/functions/billing.may_be_noted.sql

-- Whether there may be anything to tell of a cap: the settlement of a call looks no closer at one that is far away.
create function billing.may_be_noted(p_limits billing.limits, p_cap text, p_limit numeric, p_used numeric, p_price billing.model_prices)
returns boolean
language sql
immutable
return p_used > 0 and p_limit is not null and (
  p_used * 100 >= p_limit * 80
  or (
    case when p_cap like '%cost' then billing.smallest_cost(p_limits, p_price) else billing.smallest_tokens(p_limits) end > p_limit - p_used
  ) is not false
);

revoke all on function billing.may_be_noted from public;
grant execute on function billing.may_be_noted to service_role;

-- schemas/functions/billing.raise_alert.sql

create function billing.raise_alert(p_key text, p_kind text, p_user_id uuid, p_facts jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into billing.usage_alerts (alert_key, kind, user_id, facts)
  values (p_key, p_kind, p_user_id, p_facts)
  on conflict do nothing;
$$;

revoke all on function billing.raise_alert from public;
grant execute on function billing.raise_alert to service_role;

-- schemas/functions/billing.raise_cap_alert.sql

-- Once per period or day and cap, whoever notices. A user of null is all.
create function billing.raise_cap_alert(
  p_kind text,
  p_user_id uuid,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  p_starts_at timestamptz,
  p_resets_at timestamptz
)
returns void
language sql
set search_path = ''
as $$
  select billing.raise_alert(
    format('%s:%s:%s:%s', p_kind, coalesce(p_user_id::text, 'deployment'), p_cap, to_char(p_starts_at at time zone 'UTC', 'YYYY-MM-DD')),
    p_kind,
    p_user_id,
    jsonb_build_object(
      'cap', p_cap,
      'percent', coalesce(floor(p_used * 100 / nullif(p_limit, 0)), 100),
      'limit', p_limit,
      'used', p_used,
      'periodStart', p_starts_at,
      'resetsAt', p_resets_at
    )
  );
$$;

revoke all on function billing.raise_cap_alert from public;
grant execute on function billing.raise_cap_alert to service_role;

-- schemas/functions/billing.refusals_of.sql

-- What limits refused to a user since a day, the latest first.
create function billing.refusals_of(p_user_id uuid, p_from date)
returns table (kind text, cap text, count bigint, first_at timestamptz, last_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select r.kind, nullif(r.cap, ''), sum(r.count)::bigint, min(r.first_at), max(r.last_at)
  from billing.refusals r
  where r.user_id = p_user_id and r.day >= p_from
  group by r.kind, r.cap
  order by max(r.last_at) desc;
$$;

revoke all on function billing.refusals_of from public;
grant execute on function billing.refusals_of to service_role;

-- schemas/functions/billing.caps_of.sql

-- Each cap that counts for a call at p_at: how much of it is used, and by which calls the rest is reserved. A limit of null is none.
create function billing.caps_of(
  p_period billing.usage_periods,
  p_limits billing.limits,
  p_payer text,
  p_at timestamptz,
  p_exclude uuid default null
)
returns table (
  cap text, unit text, cap_limit numeric, used numeric, reserved numeric, reserved_by uuid[], starts_at timestamptz, resets_at timestamptz
)
language plpgsql
set search_path = ''
as $$
begin
  -- In PL/pgSQL, as a function in SQL is planned anew by each admission.
  return query
  with today as (
    select t.starts_at, t.starts_at + interval '1 day' as ends_at, (t.starts_at at time zone 'UTC')::date as day
    from date_trunc('day', p_at, 'UTC') t (starts_at)
  ),
  reserved as (
    select
      coalesce(sum(v.tokens), 0) as tokens,
      coalesce(sum(v.cost), 0) as cost,
      coalesce(array_agg(v.completion_id order by v.created_at), '{}') as completions,
      coalesce(sum(v.tokens) filter (where v.is_today), 0) as tokens_today,
      coalesce(sum(v.cost) filter (where v.is_today), 0) as cost_today,
      coalesce(array_agg(v.completion_id order by v.created_at) filter (where v.is_today), '{}') as completions_today
    from (
      select v.*, v.created_at >= t.starts_at and v.created_at < t.ends_at as is_today
      from today t
      cross join billing.usage_reservations v
      where v.user_id = (p_period).user_id and v.period_start = (p_period).period_start and v.payer = p_payer
        and v.completion_id is distinct from p_exclude
    ) v
  ),
  used_today as (
    select coalesce(sum(d.input_tokens + d.output_tokens), 0) as tokens, coalesce(sum(d.cost), 0) as cost
    from today t
    left join billing.usage_daily d on d.user_id = (p_period).user_id and d.day = t.day and d.payer = 'platform'
  )
  select c.*
  from today t
  cross join reserved r
  cross join used_today u
  cross join lateral (
    values
      ('tokens', 'tokens', (p_limits).token_cap, (p_period).tokens, r.tokens, r.completions, (p_period).period_start, (p_period).period_end),
      ('cost', 'cost', (p_limits).cost_cap, (p_period).cost, r.cost, r.completions, (p_period).period_start, (p_period).period_end),
      ('daily_tokens', 'tokens', (p_limits).daily_token_cap, u.tokens, r.tokens_today, r.completions_today, t.starts_at, t.ends_at),
      ('daily_cost', 'cost', (p_limits).daily_cost_cap, u.cost, r.cost_today, r.completions_today, t.starts_at, t.ends_at)
  ) c
  where p_payer = 'platform'
  union all
  select
    'own_key_tokens', 'tokens', (p_limits).own_key_token_cap, (p_period).own_key_tokens, r.tokens, r.completions, (p_period).period_start,
    (p_period).period_end
  from reserved r
  where p_payer = 'own_key'
  union all
  -- Who else uses the deployment is nobody's business.
  select d.*
  from billing.deployment_limits l
  cross join lateral (values (billing.period_start(p_at), billing.period_end(p_at))) m (starts_at, ends_at)
  left join billing.deployment_periods p on p.period_start = m.starts_at
  cross join lateral (
    select coalesce(sum(v.tokens), 0) as tokens, coalesce(sum(v.cost), 0) as cost
    from billing.usage_reservations v
    where (l.token_cap is not null or l.cost_cap is not null) and v.payer = 'platform'
      and v.created_at >= m.starts_at and v.created_at < m.ends_at
      and v.completion_id is distinct from p_exclude
  ) r
  cross join lateral (
    values
      ('deployment_tokens', 'tokens', l.token_cap, coalesce(p.tokens, 0), r.tokens, '{}'::uuid[], m.starts_at, m.ends_at),
      ('deployment_cost', 'cost', l.cost_cap, coalesce(p.cost, 0), r.cost, '{}'::uuid[], m.starts_at, m.ends_at)
  ) d (cap, unit, cap_limit, used, reserved, reserved_by, starts_at, resets_at)
  where p_payer = 'platform' and d.cap_limit is not null;
end
$$;

revoke all on function billing.caps_of from public;
grant execute on function billing.caps_of to service_role;

-- schemas/functions/billing.current_period.sql

-- The user's period, as it is or as it would begin now. A period goes on to its end, also where the anchor has moved meanwhile.
create function billing.current_period(p_user_id uuid, p_anchor_day integer)
returns billing.usage_periods
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := billing.clock();
  v_period billing.usage_periods;
begin
  select u.* into v_period
  from billing.usage_periods u
  where u.user_id = p_user_id
  order by u.period_start desc
  limit 1;

  if v_period.period_end is null or v_period.period_end <= v_now then
    v_period.user_id := p_user_id;
    v_period.period_start := greatest(v_period.period_end, billing.period_start(v_now, p_anchor_day));
    v_period.period_end := billing.period_end(v_now, p_anchor_day);
    v_period.tokens := 0;
    v_period.cost := 0;
    v_period.own_key_tokens := 0;
    v_period.status := 'open';
  end if;
  return v_period;
end
$$;

revoke all on function billing.current_period from public;
grant execute on function billing.current_period to service_role;

-- schemas/functions/billing.usage_summary_of.sql

-- A user's standing in the current period: a row for each cap, whether it has a limit or not.
create function billing.usage_summary_of(p_user_id uuid)
returns table (
  plan_id text,
  status text,
  period_start timestamptz,
  period_end timestamptz,
  cap text,
  cap_limit numeric,
  used numeric,
  reserved numeric,
  reserved_by uuid[],
  resets_at timestamptz,
  is_reached boolean
)
language plpgsql
set search_path = ''
as $$
begin
  return query
  select
    l.plan_id,
    case
      when l.blocked_reason is not null or bool_or(r.is_reached and c.cap in ('tokens', 'cost')) over () then 'blocked'
      else (p.period).status
    end,
    (p.period).period_start,
    (p.period).period_end,
    c.cap,
    c.cap_limit,
    c.used,
    c.reserved,
    c.reserved_by,
    c.resets_at,
    r.is_reached
  from billing.limits_of(p_user_id) l
  cross join lateral (select billing.current_period(p_user_id, l.period_anchor_day) as period offset 0) p
  cross join (values ('platform'), ('own_key')) payers (payer)
  cross join lateral billing.caps_of(p.period, l, payers.payer, billing.clock()) c
  cross join lateral (
    values (
      billing.is_reached(l, c.cap, c.cap_limit, c.used)
      -- By a send that was refused, while the limit was as it is.
      or exists (
        select
        from billing.reached_caps m
        where m.user_id = p_user_id and m.starts_at = c.starts_at and m.cap = c.cap and m.cap_limit = c.cap_limit
      )
    )
  ) r (is_reached)
  where c.cap not like 'deployment%';
end
$$;

revoke all on function billing.usage_summary_of from public;
grant execute on function billing.usage_summary_of to service_role;

-- schemas/functions/chatbot.draft_text.sql

-- The text of an answer that is not stored with its message yet.
create function chatbot.draft_text(p_completion_id uuid)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(string_agg(d.text, '' order by d.seq), '')
  from chatbot.completion_deltas d
  where d.completion_id = p_completion_id;
$$;

revoke all on function chatbot.draft_text from public;
grant execute on function chatbot.draft_text to service_role;

-- schemas/functions/chatbot.prompt_of.sql

-- The prompt of a completion, in order.
create function chatbot.prompt_of(p_id uuid)
returns table (seq bigint, role text, content text)
language sql
stable
set search_path = ''
as $$
  select -1, 'system', ch.system_prompt
  from chatbot.completions c
  join public.chats ch on ch.id = c.chat_id and ch.user_id = c.user_id
  where c.id = p_id and c.purpose = 'answer' and ch.system_prompt is not null
  union all
  select m.seq, m.role, case m.status when 'streaming' then chatbot.draft_text(m.id) else m.content end
  from chatbot.completions c
  join public.messages m on m.id = any (c.prompt_message_ids) and m.user_id = c.user_id
  where c.id = p_id;
$$;

revoke all on function chatbot.prompt_of from public;
grant execute on function chatbot.prompt_of to service_role;

-- schemas/functions/chatbot.first_question.sql

-- What a chat began with.
create function chatbot.first_question(p_chat public.chats)
returns text
language sql
stable
set search_path = ''
as $$
  select m.content
  from public.messages m
  where m.chat_id = (p_chat).id and m.user_id = (p_chat).user_id and m.role = 'user'
  order by m.seq
  limit 1;
$$;

revoke all on function chatbot.first_question from public;
grant execute on function chatbot.first_question to service_role;

-- schemas/functions/billing.allowed_models.sql

-- Which of these models the caller's plan allows, with the price in force.
create function billing.allowed_models(p_names text[])
returns table (name text, input numeric, cached_input numeric, cache_write numeric, output numeric, reasoning numeric, currency text)
language sql
security definer
set search_path = ''
as $$
  select n.name, p.input, p.cached_input, p.cache_write, p.output, p.reasoning, p.currency
  from unnest(p_names) n (name)
  cross join billing.limits_of(auth.uid()) l
  cross join lateral billing.price_of(n.name, billing.clock()) p
  where l.models_allowed is null or n.name = any (l.models_allowed);
$$;

revoke all on function billing.allowed_models from public;
grant execute on function billing.allowed_models to authenticated;

-- schemas/functions/billing.archive_period.sql

-- Notes the files that a month's report was written to, once, and tells of it.
create function billing.archive_period(p_month date, p_files jsonb, p_operation_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into billing.archived_periods (month, files) values (p_month, p_files) on conflict do nothing;
  if found then
    perform chatbot.note_progress(p_operation_id, jsonb_build_object('files', jsonb_array_length(p_files)));
    perform billing.raise_alert(
      'period_archived/' || to_char(p_month, 'YYYY-MM'),
      'period_archived',
      null,
      jsonb_build_object('month', to_char(p_month, 'YYYY-MM'), 'files', p_files)
    );
  end if;
end
$$;

revoke all on function billing.archive_period from public;
grant execute on function billing.archive_period to service_role;

-- schemas/functions/billing.attempts_of.sql

-- The calls of a completion that get a ledger row, and what each is charged by. Of one that gave no token the prompt may be charged, and it
-- was the same.
create function billing.attempts_of(p_completion chatbot.completions)
returns table (
  id uuid,
  attempt integer,
  model text,
  price billing.model_prices,
  input integer,
  cached integer,
  cache_write integer,
  output integer,
  reasoning integer,
  quality text,
  rejected_report jsonb
)
language sql
stable
set search_path = ''
as $$
  select a.id, a.attempt, a.model, p, (p_completion).input_tokens, 0, 0, 0, 0, 'estimated', null::jsonb
  from chatbot.abandoned_attempts a
  join billing.model_prices p on p.id = a.price_id
  where a.completion_id = (p_completion).id
  union all
  select
    coalesce((p_completion).attempt_id, (p_completion).id),
    (p_completion).attempt,
    (p_completion).model,
    p,
    case when c.was_called then (p_completion).input_tokens else 0 end,
    case when c.was_called then (p_completion).cached_input_tokens else 0 end,
    case when c.was_called then (p_completion).cache_write_tokens else 0 end,
    case when c.was_called then (p_completion).output_tokens else 0 end,
    case when c.was_called then (p_completion).reasoning_tokens else 0 end,
    (p_completion).usage_quality,
    (p_completion).rejected_report
  from billing.model_prices p
  cross join (values ((p_completion).called_at is not null)) c (was_called)
  where p.id = (p_completion).price_id
    -- Or it was taken for called, and is now known not to have been.
    and (c.was_called or exists (select from billing.events_of((p_completion).id) e where e.attempt = (p_completion).attempt));
$$;

revoke all on function billing.attempts_of from public;
grant execute on function billing.attempts_of to service_role;

-- schemas/functions/billing.change_user_plan.sql

-- Changes what p_changes names by its columns, and leaves the rest of a user's plan as it is. Who has no plan of their own is on the
-- default one with these changes. False where there is no plan of that id.
create function billing.change_user_plan(p_user_id uuid, p_changes jsonb)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if p_changes ? 'plan_id' and not exists (select from billing.plans p where p.id = p_changes ->> 'plan_id') then
    return false;
  end if;

  insert into billing.user_plans (user_id, plan_id)
  select p_user_id, p.id
  from billing.plans p
  where p.is_default
  on conflict (user_id) do nothing;

  update billing.user_plans u
  set (
    plan_id, token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, period_anchor_day, requests_per_minute,
    concurrent_streams, max_output_tokens, blocked_reason
  ) = (
    select n.plan_id, n.token_cap, n.cost_cap, n.own_key_token_cap, n.daily_token_cap, n.daily_cost_cap, n.period_anchor_day,
      n.requests_per_minute, n.concurrent_streams, n.max_output_tokens, n.blocked_reason
    from jsonb_populate_record(u, p_changes) n
  )
  where u.user_id = p_user_id;
  return found;
end
$$;

revoke all on function billing.change_user_plan from public;
grant execute on function billing.change_user_plan to service_role;

-- schemas/functions/billing.check_deployment_limits.sql

-- Takes what the deployment allows all users together; its caps are looked at along with the user's.
create function billing.check_deployment_limits()
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_limits record;
begin
  select l.* into v_limits from billing.deployment_limits l;
  if v_limits.requests_per_minute is not null then
    perform chatbot.consume_rate_limit('00000000-0000-0000-0000-000000000000', 'deployment', v_limits.requests_per_minute);
  end if;

  perform billing.lock_deployment();
  if (
    select count(*)
    from (select from chatbot.completions c where c.state in ('admitted', 'streaming') limit v_limits.concurrent_streams) live
  ) >= v_limits.concurrent_streams
  then
    perform chatbot.refuse('CB009', 'Too many answers are being written at once.');
  end if;
end
$$;

revoke all on function billing.check_deployment_limits from public;

-- schemas/functions/billing.clamp_to_period.sql

-- Now, and in the period, whatever the clock has done since it was locked.
create function billing.clamp_to_period(p_period billing.usage_periods)
returns timestamptz
language sql
set search_path = ''
return greatest((p_period).period_start, least(billing.clock(), (p_period).period_end - interval '1 microsecond'));

revoke all on function billing.clamp_to_period from public;
grant execute on function billing.clamp_to_period to service_role;

-- schemas/functions/billing.close_periods.sql

-- Closes periods that are over and hold no reservation any more, and freezes what they came to; how many. What becomes known
-- of their calls later counts to the period that is current then.
create function billing.close_periods(p_close_after interval, p_limit integer, p_operation_id text default null)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_over billing.usage_periods[];
begin
  select array_agg(o.period) into v_over
  from (
    select p as period
    from billing.usage_periods p
    where p.period_end < billing.clock() - p_close_after and p.status <> 'closed'
      and not exists (
        select from billing.usage_reservations r where r.user_id = p.user_id and r.period_start = p.period_start
      )
    order by p.period_end
    limit p_limit
    for update skip locked
  ) o;

  -- The locks are held: what was recorded until then is seen by this statement, and nothing is recorded meanwhile.
  insert into billing.statements (user_id, period_start, body, content_hash)
  select o.user_id, o.period_start, s.body, billing.hash_of(s.body)
  from unnest(v_over) o
  cross join lateral billing.statement_of(o.user_id, o.period_start) s (body)
  where s.body is not null;

  update billing.usage_periods u
  set status = 'closed'
  from unnest(v_over) o
  where u.user_id = o.user_id and u.period_start = o.period_start;
  perform chatbot.note_progress(p_operation_id, jsonb_build_object('periods', coalesce(cardinality(v_over), 0)));
  return coalesce(cardinality(v_over), 0);
end
$$;

revoke all on function billing.close_periods from public;
grant execute on function billing.close_periods to service_role;

-- schemas/functions/billing.cost_of.sql

-- Exact: no division, so no rounding.
create function billing.cost_of(
  p_price billing.model_prices,
  p_input integer,
  p_cached integer,
  p_cache_write integer,
  p_output integer,
  p_reasoning integer
)
returns numeric
language sql
immutable
return 0.000001 * (
  (p_input - p_cached - p_cache_write) * (p_price).input
  + p_cached * (p_price).cached_input
  + p_cache_write * (p_price).cache_write
  + (p_output - p_reasoning) * (p_price).output
  + p_reasoning * (p_price).reasoning
);

revoke all on function billing.cost_of from public;
grant execute on function billing.cost_of to service_role;

-- schemas/functions/billing.count_usage.sql

-- A completion whose process died, with what it is charged by: what was counted of its prompt and its draft.
create function billing.count_usage(p_completion chatbot.completions, p_input_tokens integer, p_output_tokens integer)
returns chatbot.completions
language plpgsql
stable
set search_path = ''
as $$
declare
  v_reasoning integer;
begin
  select coalesce(max(d.reasoning_tokens), 0) into v_reasoning
  from chatbot.completion_deltas d
  where d.completion_id = p_completion.id;

  p_completion.input_tokens := least(p_input_tokens, p_completion.prompt_bound);
  p_completion.cached_input_tokens := 0;
  p_completion.cache_write_tokens := 0;
  p_completion.output_tokens := least(p_output_tokens + v_reasoning, p_completion.max_output_tokens);
  p_completion.reasoning_tokens := least(v_reasoning, p_completion.output_tokens);
  p_completion.usage_quality := 'estimated';
  return p_completion;
end
$$;

revoke all on function billing.count_usage from public;
grant execute on function billing.count_usage to service_role;

-- schemas/functions/billing.end_review.sql

-- Everybody on the plan was looked at, unless it has changed once more meanwhile.
create function billing.end_review(p_plan_id text, p_changed_at timestamptz)
returns void
language sql
set search_path = ''
as $$
  update billing.plans
  set is_review_due = false
  where id = p_plan_id and updated_at = p_changed_at;
$$;

revoke all on function billing.end_review from public;
grant execute on function billing.end_review to service_role;

-- schemas/functions/billing.explain_refusal.sql

-- A refusal as its user may know it, with the time that it is worth to wait: until the cap starts anew or, where it fits but for what
-- running answers hold, until enough of those must have ended.
create function billing.explain_refusal(p_refusal jsonb, p_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_wait interval := (p_refusal ->> 'resetsAt')::timestamptz - p_at;
begin
  if p_refusal ->> 'reason' = 'reserved' then
    v_wait := least(v_wait, billing.wait_for_reservations(p_refusal));
  end if;

  -- Who else uses the deployment, and how much, is nobody's business.
  if p_refusal ->> 'cap' like 'deployment%' then
    p_refusal := p_refusal - array['limit', 'used', 'reserved', 'reservedBy', 'needed', 'wouldFit', 'startsAt'];
  end if;
  return p_refusal || jsonb_build_object('retryAfterSeconds', greatest(1, ceil(extract(epoch from v_wait))));
end
$$;

revoke all on function billing.explain_refusal from public;
grant execute on function billing.explain_refusal to service_role;

-- schemas/functions/billing.fit_to_caps.sql

-- The worst case of a call, cut to what still fits: the output tokens that it may have and the cost of its prompt; where it
-- does not fit, what is in the way.
create function billing.fit_to_caps(
  p_period billing.usage_periods,
  p_limits billing.limits,
  p_payer text,
  p_at timestamptz,
  p_price billing.model_prices,
  p_most integer,
  p_prompt_tokens integer,
  -- Null is what p_prompt_tokens cost.
  p_prompt_cost numeric default null,
  p_exclude uuid default null,
  out output integer,
  out tokens integer,
  out cost numeric,
  out refusal jsonb
)
language plpgsql
set search_path = ''
as $$
declare
  c_least constant integer := billing.min_output(p_most);
  v_is_free boolean := p_payer = 'own_key';
  v_prompt_cost numeric := case when v_is_free then 0 else coalesce(p_prompt_cost, p_prompt_tokens * billing.input_cost(p_price)) end;
  v_output_cost numeric := case when v_is_free then 0 else billing.output_cost(p_price) end;
  v_caps record;
begin
  -- One look at all caps: others settle meanwhile. What is null, as there is no cap, is passed over by least() and min().
  select
    least(
      p_most,
      min(r.room) filter (where c.unit = 'tokens') - p_prompt_tokens,
      -- Exact, where a quotient might be rounded up.
      div(min(r.room) filter (where c.unit = 'cost') - v_prompt_cost, nullif(v_output_cost, 0))
    ) as output,
    -- A price of nothing leaves the prompt to be paid.
    coalesce(min(r.room) filter (where c.unit = 'cost') >= v_prompt_cost, true) as is_prompt_paid,
    jsonb_agg(
      jsonb_build_object(
        'cap', c.cap,
        'reason', case when r.room + c.reserved < r.needed then 'used' else 'reserved' end,
        'limit', c.cap_limit,
        'used', c.used,
        'reserved', c.reserved,
        'reservedBy', c.reserved_by,
        'needed', r.needed,
        'wouldFit', greatest(r.room, 0),
        'startsAt', c.starts_at,
        'resetsAt', c.resets_at
      )
      -- What takes longest to go away is what the user has to know.
      order by r.room + c.reserved < r.needed desc, c.resets_at desc, c.cap like 'deployment%', c.cap
    ) filter (where r.room < r.needed) as refusals
  into v_caps
  from billing.caps_of(p_period, p_limits, p_payer, p_at, p_exclude) c
  cross join lateral (
    values (
      c.cap_limit - c.used - c.reserved,
      case c.unit when 'tokens' then p_prompt_tokens + c_least else v_prompt_cost + c_least * v_output_cost end
    )
  ) r (room, needed);

  if v_caps.output >= c_least and v_caps.output > 0 and (v_caps.is_prompt_paid or v_is_free) then
    output := v_caps.output;
    tokens := p_prompt_tokens + output;
    cost := v_prompt_cost + output * v_output_cost;
  else
    refusal := billing.explain_refusal(v_caps.refusals -> 0, p_at);
  end if;
end
$$;

revoke all on function billing.fit_to_caps from public;
grant execute on function billing.fit_to_caps to service_role;

-- schemas/functions/billing.hash_of.sql

create function billing.hash_of(p_statement jsonb)
returns bytea
language sql
immutable
return sha256(convert_to(p_statement::text, 'UTF8'));

revoke all on function billing.hash_of from public;
grant execute on function billing.hash_of to service_role;

-- schemas/functions/billing.is_month_closed.sql

-- Whether all periods that begin in a month are closed, and none can begin in it any more.
create function billing.is_month_closed(p_month date)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_start timestamptz := p_month::timestamp at time zone 'UTC';
  v_next timestamptz := (p_month + interval '1 month') at time zone 'UTC';
  v_after_next timestamptz := (p_month + interval '2 months') at time zone 'UTC';
begin
  return v_next <= billing.clock()
    and exists (select from billing.usage_periods p where p.period_start >= v_start and p.period_start < v_next)
    -- A period that begins within the month ends before the one after the next, which bounds what is read of those that are not closed.
    and not exists (
      select
      from billing.usage_periods p
      where p.status <> 'closed' and p.period_end < v_after_next and p.period_end > v_start and p.period_start >= v_start and p.period_start < v_next
    )
    -- Whose periods begin on another day than the first may begin one that lies in this month until the next one is over.
    and (
      v_after_next <= billing.clock()
      or not (
        exists (select from billing.user_plans u where u.period_anchor_day <> 1)
        or exists (select from billing.plans l where l.period_anchor_day <> 1)
      )
    );
end
$$;

revoke all on function billing.is_month_closed from public;
grant execute on function billing.is_month_closed to service_role;

-- schemas/functions/billing.ledger_sums.sql

-- What the ledger says that a completion took, as its receipt tells it.
create function billing.ledger_sums(p_completion_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'inputTokens', coalesce(sum(e.input_tokens), 0),
    'cachedInputTokens', coalesce(sum(e.cached_input_tokens), 0),
    'cacheWriteTokens', coalesce(sum(e.cache_write_tokens), 0),
    'outputTokens', coalesce(sum(e.output_tokens), 0),
    'reasoningTokens', coalesce(sum(e.reasoning_tokens), 0),
    'cost', coalesce(sum(e.cost), 0)
  )
  from billing.events_of(p_completion_id) e;
$$;

revoke all on function billing.ledger_sums from public;
grant execute on function billing.ledger_sums to service_role;

-- schemas/functions/billing.limit_deployment.sql

-- Limits all users together. What they have used this month is counted from the rollup, as it is not counted along without
-- caps; who settles at the same time waits.
create function billing.limit_deployment(p_token_cap bigint, p_cost_cap numeric, p_requests_per_minute integer, p_concurrent_streams integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_month timestamptz := billing.period_start(billing.clock());
  v_period billing.deployment_periods;
begin
  lock table billing.usage_daily in share row exclusive mode;
  update billing.deployment_limits
  set token_cap = p_token_cap,
      cost_cap = p_cost_cap,
      requests_per_minute = p_requests_per_minute,
      concurrent_streams = p_concurrent_streams;

  insert into billing.deployment_periods as p (period_start, tokens, cost)
  select v_month, coalesce(sum(d.input_tokens + d.output_tokens), 0), coalesce(sum(d.cost), 0)
  from billing.usage_daily d
  where d.day >= (v_month at time zone 'UTC')::date and d.day < (billing.period_end(v_month) at time zone 'UTC')::date and d.payer = 'platform'
  having num_nonnulls(p_token_cap, p_cost_cap) > 0
  on conflict (period_start) do update
  set tokens = excluded.tokens,
      cost = excluded.cost
  returning p.* into v_period;

  delete from billing.reached_caps r where r.user_id = '00000000-0000-0000-0000-000000000000' and r.starts_at = v_month;
  -- The nil UUID has the default plan.
  perform billing.note_deployment_caps(v_period, l)
  from billing.limits_of('00000000-0000-0000-0000-000000000000') l;
end
$$;

revoke all on function billing.limit_deployment from public;
grant execute on function billing.limit_deployment to service_role;

-- schemas/functions/billing.lock_deployment.sql

-- Everybody waits for each other here, so it is done only where the deployment is limited, and last.
create function billing.lock_deployment()
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform from billing.deployment_limits l where num_nonnulls(l.token_cap, l.cost_cap, l.concurrent_streams) > 0 for update;
end
$$;

revoke all on function billing.lock_deployment from public;
grant execute on function billing.lock_deployment to service_role;

-- schemas/functions/billing.lock_period.sql

-- The lock on the user's period is the queue of all that counts against a cap; a first request makes the row.
create function billing.lock_period(p_user_id uuid, p_anchor_day integer)
returns billing.usage_periods
language plpgsql
set search_path = ''
as $$
declare
  v_current billing.usage_periods;
  v_period billing.usage_periods;
begin
  loop
    v_current := billing.current_period(p_user_id, p_anchor_day);
    select u.* into v_period
    from billing.usage_periods u
    where u.user_id = p_user_id and u.period_start = v_current.period_start
    for update;
    if not found then
      -- Who makes the first row at the same time, by an anchor that was moved just then, would make one that overlaps.
      perform pg_advisory_xact_lock(hashtextextended(p_user_id::text, 0));
      v_current := billing.current_period(p_user_id, p_anchor_day);
      insert into billing.usage_periods (user_id, period_start, period_end)
      values (p_user_id, v_current.period_start, v_current.period_end)
      on conflict do nothing;
    -- The period may have ended while it waited for its turn.
    elsif v_period.period_end > billing.clock() then
      return v_period;
    end if;
  end loop;
end
$$;

revoke all on function billing.lock_period from public;
grant execute on function billing.lock_period to service_role;

-- schemas/functions/billing.make_default.sql

create function billing.make_default(p_plan_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update billing.plans set is_default = false where is_default and id <> p_plan_id;
  update billing.plans set is_default = true where id = p_plan_id and not is_default;
end
$$;

revoke all on function billing.make_default from public;
grant execute on function billing.make_default to service_role;

-- schemas/functions/billing.month_to_archive.sql

-- The first day of the oldest month that is closed and not archived; null where there is none.
create function billing.month_to_archive()
returns date
language plpgsql
stable
set search_path = ''
as $$
declare
  v_start timestamptz := (select p.period_start from billing.usage_periods p order by p.period_start limit 1);
begin
  return (
    select m.month::date
    from generate_series(
      date_trunc('month', v_start at time zone 'UTC'), date_trunc('month', billing.clock() at time zone 'UTC') - interval '1 month', interval '1 month'
    ) m (month)
    where not exists (select from billing.archived_periods a where a.month = m.month::date) and billing.is_month_closed(m.month::date)
    order by m.month
    limit 1
  );
end
$$;

revoke all on function billing.month_to_archive from public;
grant execute on function billing.month_to_archive to service_role;

-- schemas/functions/billing.month_to_close.sql

-- The first day of the month whose period is over longest and can be closed; null where there is none.
create function billing.month_to_close(p_close_after interval)
returns date
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select date_trunc('month', p.period_start at time zone 'UTC')::date
    from billing.usage_periods p
    where p.period_end < billing.clock() - p_close_after and p.status <> 'closed'
      and not exists (
        select from billing.usage_reservations r where r.user_id = p.user_id and r.period_start = p.period_start
      )
    order by p.period_end
    limit 1
  );
end
$$;

revoke all on function billing.month_to_close from public;
grant execute on function billing.month_to_close to service_role;

-- schemas/functions/billing.my_daily.sql

-- The caller's own figures.
create function billing.my_daily(p_from date, p_to date)
returns setof billing.usage_daily
language sql
stable
security definer
set search_path = ''
as $$
  select d.*
  from billing.usage_daily d
  where d.user_id = auth.uid() and d.day between p_from and p_to
  order by d.day, d.model, d.purpose, d.payer;
$$;

revoke all on function billing.my_daily from public;
grant execute on function billing.my_daily to authenticated;

-- schemas/functions/billing.my_events.sql

create function billing.my_events(p_before timestamptz, p_before_id uuid, p_limit integer)
returns setof billing.usage_events
language sql
stable
security definer
set search_path = ''
as $$
  select e.*
  from billing.usage_events e
  where e.user_id = auth.uid()
    and (e.occurred_at, e.id) < (coalesce(p_before, 'infinity'), coalesce(p_before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
  order by e.occurred_at desc, e.id desc
  limit p_limit;
$$;

revoke all on function billing.my_events from public;
grant execute on function billing.my_events to authenticated;

-- schemas/functions/billing.my_refusals.sql

-- What limits refused to the caller since a day, the latest first.
create function billing.my_refusals(p_from date)
returns table (kind text, cap text, count bigint, first_at timestamptz, last_at timestamptz)
language sql
stable
security definer
set search_path = ''
as $$
  select r.* from billing.refusals_of(auth.uid(), p_from) r;
$$;

revoke all on function billing.my_refusals from public;
grant execute on function billing.my_refusals to authenticated;

-- schemas/functions/billing.note_cap.sql

-- Tells of a cap that use has reached, or of which 80 % are used. A user of null is all.
create function billing.note_cap(
  p_user_id uuid,
  p_limits billing.limits,
  p_price billing.model_prices,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  p_starts_at timestamptz,
  p_resets_at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if billing.is_reached(p_limits, p_cap, p_limit, p_used, p_price) then
    perform billing.reach_cap(p_user_id, p_cap, p_limit, p_used, p_starts_at, p_resets_at, billing.clock());
  elsif p_used * 100 >= p_limit * 80 then
    perform billing.raise_cap_alert('cap_warning', p_user_id, p_cap, p_limit, p_used, p_starts_at, p_resets_at);
  end if;
end
$$;

revoke all on function billing.note_cap from public;
grant execute on function billing.note_cap to service_role;

-- schemas/functions/billing.note_caps.sql

-- Tells of a user's caps that are reached or nearly so, in a period and on a day of it.
create function billing.note_caps(p_period billing.usage_periods, p_day date, p_limits billing.limits, p_price billing.model_prices default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_day record;
begin
  -- Without a daily cap nobody looks at the day.
  if num_nonnulls((p_limits).daily_token_cap, (p_limits).daily_cost_cap) > 0 then
    select sum(d.input_tokens + d.output_tokens) as tokens, sum(d.cost) as cost, p_day::timestamp at time zone 'UTC' as starts_at
    into v_day
    from billing.usage_daily d
    where d.user_id = (p_period).user_id and d.day = p_day and d.payer = 'platform';
    perform billing.note_cap(
      (p_period).user_id, p_limits, p_price, c.cap, c.cap_limit, c.used, v_day.starts_at, v_day.starts_at + interval '1 day'
    )
    from (
      values ('daily_cost', (p_limits).daily_cost_cap, v_day.cost), ('daily_tokens', (p_limits).daily_token_cap, v_day.tokens)
    ) c (cap, cap_limit, used)
    where billing.may_be_noted(p_limits, c.cap, c.cap_limit, c.used, p_price);
  end if;

  perform billing.note_cap(
    (p_period).user_id, p_limits, p_price, c.cap, c.cap_limit, c.used, (p_period).period_start, (p_period).period_end
  )
  from (
    values
      ('cost', (p_limits).cost_cap, (p_period).cost),
      ('own_key_tokens', (p_limits).own_key_token_cap, (p_period).own_key_tokens),
      ('tokens', (p_limits).token_cap, (p_period).tokens)
  ) c (cap, cap_limit, used)
  where billing.may_be_noted(p_limits, c.cap, c.cap_limit, c.used, p_price);
end
$$;

revoke all on function billing.note_caps from public;
grant execute on function billing.note_caps to service_role;

-- schemas/functions/billing.note_deployment_caps.sql

-- Tells of the caps of all users together that are reached or nearly so.
create function billing.note_deployment_caps(
  p_period billing.deployment_periods,
  p_limits billing.limits,
  p_price billing.model_prices default null
)
returns void
language sql
set search_path = ''
as $$
  select billing.note_cap(
    null, p_limits, p_price, c.cap, c.cap_limit, c.used, (p_period).period_start, billing.period_end((p_period).period_start)
  )
  from billing.deployment_limits l
  cross join lateral (
    values ('deployment_cost', l.cost_cap, (p_period).cost), ('deployment_tokens', l.token_cap, (p_period).tokens)
  ) c (cap, cap_limit, used)
  where billing.may_be_noted(p_limits, c.cap, c.cap_limit, c.used, p_price);
$$;

revoke all on function billing.note_deployment_caps from public;
grant execute on function billing.note_deployment_caps to service_role;

-- schemas/functions/billing.reach_cap.sql

-- A cap is reached: who stops answers at it does so for those that were admitted until now, and it is told. A user of null is all.
create function billing.reach_cap(
  p_user_id uuid,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  p_starts_at timestamptz,
  p_resets_at timestamptz,
  p_at timestamptz
)
returns void
language sql
set search_path = ''
as $$
  insert into billing.reached_caps as r (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used)
  values (coalesce(p_user_id, '00000000-0000-0000-0000-000000000000'), p_cap, p_starts_at, p_resets_at, p_at, p_limit, p_used)
  on conflict (user_id, starts_at, cap) do update
  set reached_at = greatest(r.reached_at, excluded.reached_at),
      cap_limit = excluded.cap_limit,
      used = excluded.used;

  select billing.raise_cap_alert('cap_reached', p_user_id, p_cap, p_limit, p_used, p_starts_at, p_resets_at);
$$;

revoke all on function billing.reach_cap from public;
grant execute on function billing.reach_cap to service_role;

-- schemas/functions/billing.receipt_of.sql

-- The receipt of an answer that came without one: from its ledger rows, in the same shape. Its process died, and of its calls only those
-- are known that the provider may charge for; or it ended before a model was called.
create function billing.receipt_of(p_completion chatbot.completions)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select billing.ledger_sums((p_completion).id) || jsonb_strip_nulls(jsonb_build_object(
    'model', (p_completion).model,
    'modelsTried', (
      select coalesce(jsonb_agg(t.model order by t.first_attempt), '[]')
      from (
        select a.model, min(a.attempt) as first_attempt
        from (
          select b.model, b.attempt
          from chatbot.abandoned_attempts b
          where b.completion_id = (p_completion).id
          union all
          select (p_completion).model, (p_completion).attempt
          where c.was_called
        ) a
        group by a.model
      ) t
    ),
    'attempts', case when c.was_called then (p_completion).attempt else 0 end,
    'payer', (p_completion).payer,
    'quality', case when exists (select from billing.events_of((p_completion).id)) then 'estimated' else 'none' end,
    'currency', p.currency,
    'priceId', p.id,
    'reservedTokens', coalesce(r.tokens, 0),
    'reservedCost', coalesce(r.cost, 0),
    'totalMilliseconds', (least(greatest(extract(epoch from (p_completion).ended_at - (p_completion).created_at), 0), 1000000) * 1000)::integer,
    'startedAt', (p_completion).created_at,
    'endedAt', (p_completion).ended_at,
    'stored', true,
    'error', coalesce((p_completion).error_code, case (p_completion).state when 'interrupted' then 'interrupted' end)
  ))
  from billing.model_prices p
  cross join (values ((p_completion).state = 'interrupted' or (p_completion).called_at is not null)) c (was_called)
  left join billing.usage_reservations r on r.completion_id = (p_completion).id
  where p.id = (p_completion).price_id;
$$;

revoke all on function billing.receipt_of from public;
grant execute on function billing.receipt_of to service_role;

-- schemas/functions/billing.record_attempt.sql

-- The ledger row of one attempt, and the totals with it. Where the attempt has its row, and other figures are now known, an
-- adjustment brings the sums to them. p_period is where it counts: the call's own period, or the current one where that is closed.
create function billing.record_attempt(
  p_id uuid,
  p_completion chatbot.completions,
  p_period_start timestamptz,
  p_limits billing.limits,
  p_attempt integer,
  p_model text,
  p_price billing.model_prices,
  p_input integer,
  p_cached integer,
  p_cache_write integer,
  p_output integer,
  p_reasoning integer,
  p_quality text,
  p_rejected_report jsonb default null
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_is_platform boolean := p_completion.payer = 'platform';
  v_day date := (case p_period_start when p_completion.period_start then p_completion.created_at else billing.clock() end at time zone 'UTC')::date;
  v_had record;
  v_new record;
  v_period billing.usage_periods;
begin
  select
    count(*) > 0 as is_there,
    coalesce(sum(e.input_tokens), 0) as input,
    coalesce(sum(e.cached_input_tokens), 0) as cached,
    coalesce(sum(e.cache_write_tokens), 0) as cache_write,
    coalesce(sum(e.output_tokens), 0) as output,
    coalesce(sum(e.reasoning_tokens), 0) as reasoning,
    coalesce(sum(e.cost), 0) as cost
  into v_had
  from billing.events_of(p_completion.id) e
  where e.attempt = p_attempt;

  select
    p_input - v_had.input as input,
    p_cached - v_had.cached as cached,
    p_cache_write - v_had.cache_write as cache_write,
    p_output - v_had.output as output,
    p_reasoning - v_had.reasoning as reasoning,
    p_input - v_had.input + p_output - v_had.output as tokens,
    case when v_is_platform then billing.cost_of(p_price, p_input, p_cached, p_cache_write, p_output, p_reasoning) else 0 end - v_had.cost as cost
  into v_new;
  if v_had.is_there and (v_new.input, v_new.cached, v_new.cache_write, v_new.output, v_new.reasoning, v_new.cost) = (0, 0, 0, 0, 0, 0) then
    return;
  end if;

  insert into billing.usage_events (
    id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
    reasoning_tokens, price_id, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, cost, currency, quality, payer,
    period_start, day, occurred_at, rejected_report
  )
  values (
    case when v_had.is_there then gen_random_uuid() else p_id end, p_completion.id, p_attempt, p_completion.user_id, p_completion.chat_id,
    p_completion.purpose, p_model, v_new.input, v_new.cached, v_new.cache_write, v_new.output, v_new.reasoning, p_price.id, p_price.input,
    p_price.cached_input, p_price.cache_write, p_price.output, p_price.reasoning, v_new.cost, p_price.currency,
    case when v_had.is_there then 'adjustment' else p_quality end, p_completion.payer, p_period_start, v_day, p_completion.created_at,
    p_rejected_report
  );

  update billing.usage_periods u
  set tokens = u.tokens + t.platform,
      cost = u.cost + v_new.cost,
      own_key_tokens = u.own_key_tokens + t.own_key,
      status = billing.status_under(p_limits, u.tokens + t.platform, u.cost + v_new.cost, p_price)
  from (
    select case when v_is_platform then v_new.tokens else 0 end, case when v_is_platform then 0 else v_new.tokens end
  ) t (platform, own_key)
  where u.user_id = p_completion.user_id and u.period_start = p_period_start
  returning u.* into v_period;

  insert into billing.usage_daily as d (
    user_id, day, model, purpose, payer, calls, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost
  )
  values (
    p_completion.user_id, v_day, p_model, p_completion.purpose, p_completion.payer,
    case when v_had.is_there then 0 else 1 end, v_new.input, v_new.cached, v_new.cache_write, v_new.output, v_new.reasoning, v_new.cost
  )
  on conflict (user_id, day, model, purpose, payer) do update
  set calls = d.calls + excluded.calls,
      input_tokens = d.input_tokens + excluded.input_tokens,
      cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
      cache_write_tokens = d.cache_write_tokens + excluded.cache_write_tokens,
      output_tokens = d.output_tokens + excluded.output_tokens,
      reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
      cost = d.cost + excluded.cost;

  if v_new.tokens < 0 or v_new.cost < 0 then
    delete from billing.reached_caps r where r.user_id = p_completion.user_id and r.resets_at > billing.clock();
  end if;
  perform billing.note_caps(v_period, v_day, p_limits, p_price);

  if v_is_platform then
    perform billing.record_for_deployment(
      billing.period_start(v_day::timestamp at time zone 'UTC'), v_new.tokens, v_new.cost, p_limits, p_price
    );
  end if;
end
$$;

revoke all on function billing.record_attempt from public;
grant execute on function billing.record_attempt to service_role;

-- schemas/functions/billing.record_for_deployment.sql

-- Counts what all users use together, where that is capped; last, as everybody waits for each other here.
create function billing.record_for_deployment(
  p_period_start timestamptz,
  p_tokens bigint,
  p_cost numeric,
  -- Of the user, whose smallest send it is that has to fit.
  p_limits billing.limits,
  p_price billing.model_prices
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_period billing.deployment_periods;
begin
  if exists (select from billing.deployment_limits l where num_nonnulls(l.token_cap, l.cost_cap) > 0) then
    insert into billing.deployment_periods as d (period_start, tokens, cost)
    select p_period_start, p_tokens, p_cost
    -- A month that was over before there were limits is not begun: it would lack what was used then.
    where p_period_start >= billing.period_start(billing.clock())
      or exists (select from billing.deployment_periods b where b.period_start = p_period_start)
    on conflict (period_start) do update
    set tokens = d.tokens + excluded.tokens,
        cost = d.cost + excluded.cost
    returning d.* into v_period;

    perform billing.note_deployment_caps(v_period, p_limits, p_price);
  end if;
end
$$;

revoke all on function billing.record_for_deployment from public;
grant execute on function billing.record_for_deployment to service_role;

-- schemas/functions/billing.record_refusals.sql

-- Adds to the counts of what limits refused; a cap that was used up for a send is reached. Nothing here waits for a send, nor a send for it.
-- Whose account is gone meanwhile is not counted.
create function billing.record_refusals(p_refusals jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := billing.clock();
begin
  -- In an order, so that instances that write of the same users do not wait for each other in a circle.
  insert into billing.refusals as r (user_id, day, kind, cap, count, first_at, last_at)
  select n."userId", (t.last_at at time zone 'UTC')::date, n.kind, n.cap, n.count, t.first_at, t.last_at
  from jsonb_to_recordset(p_refusals) n (
    "userId" uuid, kind text, cap text, count bigint, "firstSecondsAgo" double precision, "lastSecondsAgo" double precision,
    "resetsAt" timestamptz
  )
  join chatbot.accounts a on a.id = n."userId"
  -- What a cap refused counts to the cap's own period or day, also where it is written after that.
  cross join lateral (values (n."resetsAt" - interval '1 microsecond')) e (ends_at)
  cross join lateral (
    values (
      least(v_now - make_interval(secs => n."firstSecondsAgo"), e.ends_at),
      least(v_now - make_interval(secs => n."lastSecondsAgo"), e.ends_at)
    )
  ) t (first_at, last_at)
  order by 1, 2, 3, 4
  on conflict (user_id, day, kind, cap) do update
  set count = r.count + excluded.count,
      first_at = least(r.first_at, excluded.first_at),
      last_at = greatest(r.last_at, excluded.last_at);

  perform billing.reach_cap(
    n."userId", n.cap, n."limit", n.used, n."startsAt", n."resetsAt", v_now - make_interval(secs => n."lastSecondsAgo")
  )
  from jsonb_to_recordset(p_refusals) n (
    "userId" uuid, kind text, cap text, "lastSecondsAgo" double precision, "limit" numeric, used numeric, "startsAt" timestamptz,
    "resetsAt" timestamptz
  )
  join chatbot.accounts a on a.id = n."userId"
  where n.kind = 'cap' and n.cap not like 'deployment%' and num_nulls(n."limit", n.used, n."startsAt", n."resetsAt") = 0
  -- As the settlement tells of them.
  order by n."userId", n.cap like 'daily%' desc, n.cap;

  -- Those of the deployment come without figures, as users learn of them.
  perform billing.reach_cap(
    null, n.cap, c.cap_limit, c.used, m.starts_at, n.resets_at, v_now - make_interval(secs => n.seconds_ago)
  )
  from (
    select u.cap, u."resetsAt" as resets_at, min(u."lastSecondsAgo") as seconds_ago
    from jsonb_to_recordset(p_refusals) u (kind text, cap text, "lastSecondsAgo" double precision, "resetsAt" timestamptz)
    where u.kind = 'cap' and u.cap like 'deployment%'
    group by u.cap, u."resetsAt"
  ) n
  cross join lateral billing.period_start(n.resets_at - interval '1 microsecond') m (starts_at)
  cross join billing.deployment_limits l
  left join billing.deployment_periods p on p.period_start = m.starts_at
  cross join lateral (
    values (
      case n.cap when 'deployment_cost' then l.cost_cap else l.token_cap end,
      coalesce(case n.cap when 'deployment_cost' then p.cost else p.tokens end, 0)
    )
  ) c (cap_limit, used)
  where c.cap_limit is not null
  order by n.cap;
end
$$;

revoke all on function billing.record_refusals from public;
grant execute on function billing.record_refusals to service_role;

-- schemas/functions/billing.record_usage.sql

-- Writes the ledger rows of a completion, settles its reservation and moves the totals, in one transaction and once.
-- Returns 'recorded', 'unbilled' (no model was called), 'uncounted' (give the counts), 'early' (not stored yet), null (unknown).
create function billing.record_usage(p_id uuid, p_input_tokens integer default null, p_output_tokens integer default null)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_attempt record;
  v_was_counted boolean;
  v_is_recorded boolean := false;
begin
  -- In the order in which the admission locks them.
  select u.* into v_period
  from billing.usage_periods u
  join chatbot.completions c on c.user_id = u.user_id and c.period_start = u.period_start
  where c.id = p_id
  for update of u;
  select c.* into v_completion from chatbot.completions c where c.id = p_id for update;
  if not found then
    return null;
  end if;
  if v_completion.recorded_at is not null then
    return 'recorded';
  end if;
  if v_completion.persisted_at is null then
    return 'early';
  end if;
  if v_period.user_id is distinct from v_completion.user_id then
    raise exception 'completion % was moved to another id meanwhile', p_id using errcode = 'serialization_failure';
  end if;

  v_was_counted := v_completion.usage_quality is not null;
  if not v_was_counted then
    if p_input_tokens is null and exists (select from billing.attempts_of(v_completion)) then
      return 'uncounted';
    end if;
    v_completion := billing.count_usage(v_completion, coalesce(p_input_tokens, 0), coalesce(p_output_tokens, 0));
  end if;

  select l.* into v_limits from billing.limits_of(v_completion.user_id) l;
  if v_period.status = 'closed' then
    v_period := billing.lock_period(v_completion.user_id, v_limits.period_anchor_day);
  end if;

  for v_attempt in select a.* from billing.attempts_of(v_completion) a order by a.attempt loop
    perform billing.record_attempt(
      v_attempt.id, v_completion, v_period.period_start, v_limits, v_attempt.attempt, v_attempt.model, v_attempt.price, v_attempt.input,
      v_attempt.cached, v_attempt.cache_write, v_attempt.output, v_attempt.reasoning, v_attempt.quality, v_attempt.rejected_report
    );
    v_is_recorded := true;
  end loop;

  update public.messages m
  set receipt = case when v_was_counted then m.receipt || s.sums || '{"quality": "estimated"}' else billing.receipt_of(v_completion) end
  from billing.ledger_sums(p_id) s (sums)
  -- The user may have deleted the answer and given its id to a message of their own.
  where m.id = p_id and m.user_id = v_completion.user_id and m.role = 'assistant'
    -- A receipt can be wrong only where it was in doubt whether a further call had been begun.
    and (not v_was_counted or not m.receipt @> s.sums);

  delete from billing.usage_reservations where completion_id = p_id;
  delete from chatbot.completion_deltas where completion_id = p_id;
  update chatbot.completions set recorded_at = clock_timestamp() where id = p_id;
  return case when v_is_recorded then 'recorded' else 'unbilled' end;
end
$$;

revoke all on function billing.record_usage from public;
grant execute on function billing.record_usage to service_role;

-- schemas/functions/billing.refuse_cap.sql

create function billing.refuse_cap(p_refusal jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_cap text := format(
    '%s cap of %s',
    case when p_refusal ->> 'cap' like '%cost' then 'cost' else 'token' end,
    case
      when p_refusal ->> 'cap' like 'daily%' then 'today'
      when p_refusal ->> 'cap' = 'own_key_tokens' then 'your own key in this period'
      else 'this period'
    end
  );
  v_is_of_deployment boolean := p_refusal ->> 'cap' like 'deployment%';
begin
  perform chatbot.refuse(
    'CB010',
    case
      when v_is_of_deployment and p_refusal ->> 'reason' = 'reserved'
        then 'Answers that are being written hold what the service may still use this month. Send again when some of them have ended.'
      when v_is_of_deployment then 'The service has used up what it may use this month.'
      when p_refusal ->> 'reason' = 'reserved'
        then format('Answers that are being written hold what is left of the %s. Send again when they have ended.', v_cap)
      when (p_refusal ->> 'wouldFit')::numeric > 0
        then format(
          'The %s is reached: this send needs %s, and %s is left.',
          v_cap, trim_scale((p_refusal ->> 'needed')::numeric), trim_scale((p_refusal ->> 'wouldFit')::numeric)
        )
      else format('The %s is reached.', v_cap)
    end,
    p_refusal
  );
end
$$;

revoke all on function billing.refuse_cap from public;

-- schemas/functions/billing.release_reservations.sql

-- Reservations that nothing will settle any more.
create function billing.release_reservations()
returns void
language sql
set search_path = ''
as $$
  delete from billing.usage_reservations r
  where r.completion_id in (
    select o.completion_id
    from billing.usage_reservations o
    where o.expires_at < now()
      and not exists (select from chatbot.completions c where c.id = o.completion_id and c.recorded_at is null)
    limit 1000
  );
$$;

revoke all on function billing.release_reservations from public;
grant execute on function billing.release_reservations to service_role;

-- schemas/functions/billing.review_plan.sql

-- Reviews the next users of a plan whose limits have changed; the last of those looked at, null when there are no more.
create function billing.review_plan(p_plan_id text, p_after uuid, p_limit integer)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_looked_at uuid[];
  v_price billing.model_prices;
begin
  select c.* into v_price
  from billing.plans p
  cross join lateral billing.cheapest_price(p.models_allowed) c
  where p.id = p_plan_id;

  select array_agg(b.user_id order by b.user_id) into v_looked_at
  from (
    select u.user_id
    from billing.usage_periods u
    where u.user_id > p_after and u.period_end > billing.clock() and u.status <> 'closed'
    order by u.user_id
    limit p_limit
  ) b;

  perform billing.review_user(u.user_id)
  from billing.usage_periods u
  cross join lateral billing.limits_of(u.user_id) l
  where u.user_id = any (v_looked_at) and u.period_end > billing.clock() and u.status <> 'closed' and l.plan_id = p_plan_id
    and (
      u.status <> billing.status_under(l, u.tokens, u.cost, v_price)
      or u.tokens * 100 >= l.token_cap * 80 or u.cost * 100 >= l.cost_cap * 80 or u.own_key_tokens * 100 >= l.own_key_token_cap * 80
      or num_nonnulls(l.daily_token_cap, l.daily_cost_cap) > 0
      or exists (select from billing.reached_caps r where r.user_id = u.user_id and r.resets_at > billing.clock())
    )
  -- In the order of those who write what was refused to many.
  order by u.user_id;

  return v_looked_at[cardinality(v_looked_at)];
end
$$;

revoke all on function billing.review_plan from public;
grant execute on function billing.review_plan to service_role;

-- schemas/functions/billing.review_user.sql

-- Brings the user's current period and day in line with limits that have changed.
create function billing.review_user(p_user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_limits billing.limits;
  v_period billing.usage_periods;
begin
  -- First: who tells of a cap that use has reached has this lock.
  perform
  from billing.usage_periods u
  where u.user_id = p_user_id and u.period_end > billing.clock() and u.status <> 'closed'
  for update;

  delete from billing.reached_caps r where r.user_id = p_user_id and r.resets_at > billing.clock();

  select l.* into v_limits from billing.limits_of(p_user_id) l;
  update billing.usage_periods u
  set status = billing.status_under(v_limits, u.tokens, u.cost)
  where u.user_id = p_user_id and u.period_end > billing.clock() and u.status <> 'closed'
  returning u.* into v_period;
  if found then
    perform billing.note_caps(v_period, (billing.clock() at time zone 'UTC')::date, v_limits);
  end if;
end
$$;

revoke all on function billing.review_user from public;
grant execute on function billing.review_user to service_role;

-- schemas/functions/billing.settling_time.sql

-- How long a reservation outlasts the end of its call at the latest, so that only what was forgotten expires.
create function billing.settling_time()
returns interval
language sql
immutable
return interval '15 minutes';

revoke all on function billing.settling_time from public;
grant execute on function billing.settling_time to service_role;

-- schemas/functions/billing.statement_of.sql

-- What a period comes to, from the ledger: once it is closed the same for ever, to the byte. Adjustments are what calls of
-- earlier periods have turned out to cost after those were closed. Whose it is stands beside it: it can change, and the hash must not.
create function billing.statement_of(p_user_id uuid, p_period_start timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with lines as (
    select
      e.occurred_at < e.period_start as is_late,
      case when e.occurred_at < e.period_start then to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD') end as of_day,
      e.purpose,
      e.model,
      e.payer,
      max(e.currency) as currency,
      count(*) filter (where e.quality <> 'adjustment') as calls,
      sum(e.input_tokens) as input,
      sum(e.cached_input_tokens) as cached,
      sum(e.cache_write_tokens) as cache_write,
      sum(e.output_tokens) as output,
      sum(e.reasoning_tokens) as reasoning,
      trim_scale(sum(e.cost)) as cost
    from billing.usage_events e
    where e.user_id = p_user_id and e.period_start = p_period_start
    group by 1, 2, 3, 4, 5
  ),
  written as (
    select
      l.*,
      jsonb_strip_nulls(jsonb_build_object(
        'day', l.of_day,
        'purpose', l.purpose,
        'model', l.model,
        'payer', l.payer,
        'calls', l.calls,
        'inputTokens', l.input,
        'cachedInputTokens', l.cached,
        'cacheWriteTokens', l.cache_write,
        'outputTokens', l.output,
        'reasoningTokens', l.reasoning,
        'cost', l.cost
      )) as line
    from lines l
  )
  select jsonb_build_object(
    'version', 1,
    'periodStart', to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'periodEnd', to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'currency', max(w.currency),
    'tokens', coalesce(sum(w.input + w.output) filter (where w.payer = 'platform'), 0),
    'ownKeyTokens', coalesce(sum(w.input + w.output) filter (where w.payer = 'own_key'), 0),
    'cost', trim_scale(sum(w.cost)),
    'lines', coalesce(jsonb_agg(w.line order by w.purpose collate "C", w.model collate "C", w.payer) filter (where not w.is_late), '[]'),
    'adjustments', coalesce(
      jsonb_agg(w.line order by w.of_day, w.purpose collate "C", w.model collate "C", w.payer) filter (where w.is_late), '[]'
    )
  )
  from billing.usage_periods p
  join written w on true
  where p.user_id = p_user_id and p.period_start = p_period_start
  group by p.period_start, p.period_end;
$$;

revoke all on function billing.statement_of from public;
grant execute on function billing.statement_of to service_role;

-- schemas/functions/billing.status_under.sql

-- Blocked is a period into which the smallest send no longer fits.
create function billing.status_under(
  p_limits billing.limits,
  p_tokens bigint,
  p_cost numeric,
  -- Of any model that the plan allows; null is not known.
  p_price billing.model_prices default null
)
returns text
language sql
stable
return case
  when billing.is_reached(p_limits, 'tokens', (p_limits).token_cap, p_tokens, p_price)
    or billing.is_reached(p_limits, 'cost', (p_limits).cost_cap, p_cost, p_price)
  then 'blocked'
  else 'open'
end;

revoke all on function billing.status_under from public;
grant execute on function billing.status_under to service_role;

-- schemas/functions/billing.usage_summary.sql

-- The caller's standing in the current period.
create function billing.usage_summary()
returns table (
  plan_id text,
  status text,
  period_start timestamptz,
  period_end timestamptz,
  cap text,
  cap_limit numeric,
  used numeric,
  reserved numeric,
  reserved_by uuid[],
  resets_at timestamptz,
  is_reached boolean
)
language sql
security definer
set search_path = ''
as $$
  select s.* from billing.usage_summary_of(auth.uid()) s;
$$;

revoke all on function billing.usage_summary from public;
grant execute on function billing.usage_summary to authenticated;

-- schemas/functions/billing.wait_for_reservations.sql

-- How long it takes at the most until so many of the reservations of a cap have ended that what is needed fits, the first to end first.
create function billing.wait_for_reservations(p_refusal jsonb)
returns interval
language sql
stable
set search_path = ''
as $$
  with held as (
    select v.completion_id, v.expires_at, v.tokens, v.cost
    from billing.usage_reservations v
    where v.completion_id = any (array(select r.id::uuid from jsonb_array_elements_text(p_refusal -> 'reservedBy') r (id)))
    union all
    select v.completion_id, v.expires_at, v.tokens, v.cost
    from billing.usage_reservations v
    where p_refusal ->> 'cap' like 'deployment%' and v.payer = 'platform'
      and v.created_at >= (p_refusal ->> 'startsAt')::timestamptz and v.created_at < (p_refusal ->> 'resetsAt')::timestamptz
  ),
  ends as (
    select
      least(
        h.expires_at - billing.settling_time(),
        -- What has ended is settled within seconds; what died, by the timer's next run.
        case when c.id is null or c.ended_at is not null or c.lease_expires_at < clock_timestamp() then clock_timestamp() + interval '30 seconds' end
      ) as at,
      case when p_refusal ->> 'cap' like '%cost' then h.cost else h.tokens end as amount
    from held h
    left join chatbot.completions c on c.id = h.completion_id
  ),
  freed as (
    select e.at, sum(e.amount) over (order by e.at) as amount
    from ends e
  )
  select
    coalesce(
      min(f.at) filter (where f.amount >= (p_refusal ->> 'needed')::numeric - (p_refusal ->> 'wouldFit')::numeric),
      max(f.at)
    ) - clock_timestamp()
  from freed f;
$$;

revoke all on function billing.wait_for_reservations from public;
grant execute on function billing.wait_for_reservations to service_role;

-- schemas/functions/chatbot.admission_of.sql

create function chatbot.admission_of(p_id uuid)
returns setof chatbot.admission
language sql
stable
set search_path = ''
as $$
  select
    c.id,
    true,
    c.model,
    c.max_output_tokens,
    c.payer,
    r.tokens,
    r.cost,
    c.attempt,
    coalesce(c.attempt_id, c.id),
    p.id,
    p.input,
    p.cached_input,
    p.output,
    p.reasoning,
    p.currency,
    (
      select json_agg(json_build_object('role', m.role, 'content', m.content) order by m.seq)
      from chatbot.prompt_of(c.id) m
      where m.content <> ''
    ),
    k.id,
    k.ciphertext,
    k.nonce,
    k.key_version,
    c.prompt_bound,
    p.cache_write
  from chatbot.completions c
  join billing.usage_reservations r on r.completion_id = c.id
  join billing.model_prices p on p.id = c.price_id
  left join chatbot.provider_keys k on c.payer = 'own_key' and k.user_id = c.user_id and k.provider = 'openai'
  where c.id = p_id and c.state in ('admitted', 'streaming');
$$;

revoke all on function chatbot.admission_of from public;
grant execute on function chatbot.admission_of to service_role;

-- schemas/functions/chatbot.append_deltas.sql

-- One statement per tick for all live streams of an instance: appends their deltas, renews the leases that are
-- half gone, and tells which completions are still theirs, which are asked to stop, and which have no message any more to be stored
-- with. What is missing in the answer was taken away. A lease that is not yet due cannot have been taken, so it needs no write of
-- its own. It is committed like all else: behind a pooler nobody is told of a crash between two ticks, and a piece that it took would
-- be missing for good.
create function chatbot.append_deltas(
  p_ids uuid[],
  p_epochs integer[],
  -- Whether a call is out: a process that is killed now has used it. A call that was refused is not.
  p_called boolean[],
  p_delta_ids uuid[],
  p_delta_seqs integer[],
  p_delta_texts text[],
  p_delta_reasoning integer[],
  p_lease interval
)
returns table (id uuid, cancel_requested boolean, answer_deleted boolean)
language sql
set search_path = ''
as $$
  with held as (
    select
      c.id,
      c.lease_epoch,
      c.cancel_requested,
      c.purpose = 'answer' and not exists (select from public.messages m where m.id = c.id and m.role = 'assistant') as answer_deleted,
      live.is_called,
      c.state = 'admitted' or c.lease_expires_at < clock_timestamp() + p_lease / 2 or live.is_called = (c.called_at is null) as is_due
    from unnest(p_ids, p_epochs, p_called) live (id, epoch, is_called)
    join chatbot.completions c on c.id = live.id and c.lease_epoch = live.epoch and c.state in ('admitted', 'streaming')
  ),
  renewed as (
    update chatbot.completions c
    set lease_expires_at = clock_timestamp() + p_lease,
        state = 'streaming',
        called_at = case when h.is_called then coalesce(c.called_at, clock_timestamp()) end
    from held h
    where h.is_due and c.id = h.id and c.lease_epoch = h.lease_epoch and c.state in ('admitted', 'streaming')
    returning c.id
  ),
  mine as (
    select h.id, h.cancel_requested, h.answer_deleted
    from held h
    where not h.is_due or h.id in (select r.id from renewed r)
  ),
  -- A piece at 0 is the whole so far. It comes again after a connection was lost: another server may have taken over, without some
  -- of the pieces that it had acknowledged.
  replaced as (
    delete from chatbot.completion_deltas o
    using unnest(p_delta_ids, p_delta_seqs) d (id, seq), mine m
    where d.seq = 0 and o.completion_id = d.id and m.id = d.id and o.seq > 0
  ),
  appended as (
    insert into chatbot.completion_deltas (completion_id, seq, text, reasoning_tokens)
    select d.id, d.seq, d.text, d.reasoning_tokens
    from unnest(p_delta_ids, p_delta_seqs, p_delta_texts, p_delta_reasoning) d (id, seq, text, reasoning_tokens)
    join mine m on m.id = d.id
    -- The same piece again, as there is more reasoning, or after an acknowledgement was lost: it may have grown meanwhile, and the
    -- longest is the whole.
    on conflict (completion_id, seq) do update
    set text = case when octet_length(excluded.text) > octet_length(completion_deltas.text) then excluded.text else completion_deltas.text end,
        reasoning_tokens = greatest(excluded.reasoning_tokens, completion_deltas.reasoning_tokens)
    where octet_length(excluded.text) > octet_length(completion_deltas.text) or excluded.reasoning_tokens > completion_deltas.reasoning_tokens
  )
  select m.id, m.cancel_requested, m.answer_deleted
  from mine m;
$$;

revoke all on function chatbot.append_deltas from public;
grant execute on function chatbot.append_deltas to service_role;

-- schemas/functions/chatbot.asks_again.sql

-- Whether a send asks for the answer to a message that is being answered: a regenerate of its turn, or the message once more.
create function chatbot.asks_again(
  p_user_id uuid,
  p_chat_id uuid,
  -- The message that is being answered.
  p_answered_id uuid,
  p_trigger text,
  p_message_id uuid,
  p_is_edit boolean,
  p_content text
)
returns boolean
language sql
stable
set search_path = ''
as $$
  select case p_trigger
    when 'submit-message' then p_is_edit and p_message_id = p_answered_id
      and exists (select from public.messages m where m.id = p_answered_id and m.content = p_content)
    else p_answered_id = (
      select case t.role when 'user' then t.id else c.user_message_id end
      from public.messages t
      left join chatbot.completions c on c.id = t.id
      where t.chat_id = p_chat_id and t.user_id = p_user_id and t.id = coalesce(p_message_id, (
        select m.id
        from public.messages m
        where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null
        order by m.seq desc
        limit 1
      ))
    )
  end;
$$;

revoke all on function chatbot.asks_again from public;

-- schemas/functions/chatbot.awaits_title.sql

-- Whether a model may name the chat: its user has not, and what it began with is there.
create function chatbot.awaits_title(p_chat public.chats)
returns boolean
language sql
stable
set search_path = ''
as $$
  select (p_chat).title_source in ('default', 'words') and chatbot.first_question(p_chat) is not null;
$$;

revoke all on function chatbot.awaits_title from public;
grant execute on function chatbot.awaits_title to service_role;

-- schemas/functions/chatbot.begin_attempt.sql

-- Makes a further call out of a completion, after one that gave no token: where that one was taken, the provider may charge for
-- its prompt, and the reservation grows by it. No row where the call may not be made: the completion is not the caller's any
-- more, its prompt is gone, the model is not for this plan, or the caps have no room.
create function chatbot.begin_attempt(
  p_id uuid,
  p_epoch integer,
  p_attempt_id uuid,
  -- Whether the call before was taken.
  p_was_called boolean,
  p_model text,
  p_context integer,
  p_max_output integer
)
returns setof chatbot.admission
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_price billing.model_prices;
  v_spent record;
  v_fit record;
begin
  -- In the order in which the admission locks them.
  select u.* into v_period
  from billing.usage_periods u
  join chatbot.completions c on c.user_id = u.user_id and c.period_start = u.period_start
  where c.id = p_id
  for update of u;
  select c.* into v_completion
  from chatbot.completions c
  where c.id = p_id and c.lease_epoch = p_epoch and c.state in ('admitted', 'streaming')
  for update;
  if not found then
    return;
  end if;

  -- Else it is the same again, after its acknowledgement was lost.
  if v_completion.attempt_id is distinct from p_attempt_id then
    select l.* into v_limits from billing.limits_of(v_completion.user_id) l;
    select p.* into v_price from billing.price_of(p_model, billing.clock()) p;
    if v_price.id is null or p_model <> all (coalesce(v_limits.models_allowed, array[p_model]))
      -- The chat may have been deleted meanwhile.
      or not exists (select from chatbot.prompt_of(p_id) m where m.content <> '')
    then
      return;
    end if;

    if p_was_called then
      insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
      values (coalesce(v_completion.attempt_id, p_id), p_id, v_completion.attempt, v_completion.model, v_completion.price_id);
    end if;

    select
      (count(*) + 1) * v_completion.prompt_bound as tokens,
      coalesce(sum(billing.cost_of(p, v_completion.prompt_bound, 0, 0, 0, 0)), 0) as cost
    into v_spent
    from chatbot.abandoned_attempts a
    join billing.model_prices p on p.id = a.price_id
    where a.completion_id = p_id;

    perform billing.lock_deployment();
    select f.* into v_fit
    from billing.fit_to_caps(
      v_period,
      v_limits,
      v_completion.payer,
      v_completion.created_at,
      v_price,
      least(p_max_output, v_limits.max_output_tokens, p_context - v_completion.prompt_bound),
      v_spent.tokens::integer,
      v_spent.cost + v_completion.prompt_bound * billing.input_cost(v_price),
      p_id
    ) f;
    if v_fit.output is null then
      -- Nothing of this may stay: the call before is still the last.
      delete from chatbot.abandoned_attempts where completion_id = p_id and attempt = v_completion.attempt;
      return;
    end if;

    update chatbot.completions
    set attempt = attempt + p_was_called::integer,
        attempt_id = p_attempt_id,
        model = p_model,
        price_id = v_price.id,
        max_output_tokens = v_fit.output,
        called_at = clock_timestamp()
    where id = p_id;
    update billing.usage_reservations
    set tokens = v_fit.tokens,
        cost = v_fit.cost
    where completion_id = p_id;
  end if;

  return query select * from chatbot.admission_of(p_id);
end
$$;

revoke all on function chatbot.begin_attempt from public;
grant execute on function chatbot.begin_attempt to service_role;

-- schemas/functions/chatbot.begin_background_completion.sql

-- Admits a call that the user does not see, on the platform's account. Null where it may not be made: the caps have no room, the
-- account is blocked or being erased, the model has no price, or the chat had its call.
create function chatbot.begin_background_completion(
  p_id uuid,
  p_user_id uuid,
  p_chat_id uuid,
  p_purpose text,
  p_model text,
  p_prompt_tokens integer,
  p_prompt_bytes integer,
  p_max_output integer,
  p_lease interval,
  p_deadline interval
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_price billing.model_prices;
  v_fit record;
begin
  select l.* into v_limits from billing.limits_of(p_user_id) l;
  if v_limits.blocked_reason is not null or not exists (select from chatbot.accounts a where a.id = p_user_id) then
    return null;
  end if;

  v_period := billing.lock_period(p_user_id, v_limits.period_anchor_day);
  v_now := billing.clamp_to_period(v_period);
  select p.* into v_price from billing.price_of(p_model, v_now) p;
  if v_price.id is null then
    return null;
  end if;

  perform billing.lock_deployment();
  select f.* into v_fit
  from billing.fit_to_caps(v_period, v_limits, 'platform', v_now, v_price, p_max_output, p_prompt_tokens) f;
  if v_fit.output is null then
    return null;
  end if;

  insert into chatbot.completions (
    id, user_id, chat_id, purpose, model, payer, period_start, price_id, prompt_bound, prompt_bytes, max_output_tokens, prompt_message_ids,
    lease_expires_at, created_at, called_at
  )
  values (
    p_id, p_user_id, p_chat_id, p_purpose, p_model, 'platform', v_period.period_start, v_price.id, p_prompt_tokens, p_prompt_bytes, v_fit.output, '{}',
    clock_timestamp() + p_lease, v_now, v_now
  )
  on conflict do nothing;
  if not found then
    return null;
  end if;

  insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, created_at, expires_at)
  values (
    p_id, p_user_id, v_period.period_start, 'platform', v_fit.tokens, v_fit.cost, v_now,
    clock_timestamp() + p_deadline + billing.settling_time()
  );
  return v_fit.output;
end
$$;

revoke all on function chatbot.begin_background_completion from public;
grant execute on function chatbot.begin_background_completion to service_role;

-- schemas/functions/chatbot.begin_completion.sql

-- The whole admission, in the one round trip that a send may cost before the model is called.
create function chatbot.begin_completion(
  p_completion_id uuid,
  p_chat_id uuid,
  p_create_chat boolean,
  p_trigger text,
  p_message_id uuid,
  p_is_edit boolean,
  p_client_id text,
  p_content text,
  p_token_bound integer,
  p_model text,
  p_models jsonb,
  p_idempotency_key text,
  p_fingerprint bytea,
  -- How long the same body counts as a repeat, where nothing else tells it from a second send.
  p_repeats_for interval,
  p_disconnect_grace_seconds integer,
  p_lease interval,
  -- How long the answer may take at the most.
  p_deadline interval,
  p_trace_parent text
)
returns setof chatbot.admission
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_now timestamptz;
  v_period billing.usage_periods;
  v_limits billing.limits;
  v_chat record;
  v_model record;
  v_prompt record;
  v_existing record;
  v_fit record;
  v_answered uuid;
  v_restores_previous boolean;
  v_payer text;
  v_live uuid[];
  v_max_output integer;
begin
  if v_user is null then
    perform chatbot.refuse('CB001', 'Sign in first.');
  end if;

  select l.* into v_limits from billing.limits_of(v_user) l;
  if v_limits.blocked_reason is not null then
    perform chatbot.refuse('CB002', v_limits.blocked_reason);
  end if;

  v_period := billing.lock_period(v_user, v_limits.period_anchor_day);
  v_now := billing.clamp_to_period(v_period);

  -- The same call again, after its acknowledgement was lost: what was decided stands.
  perform from chatbot.completions c where c.id = p_completion_id and c.user_id = v_user;
  if found then
    return query select * from chatbot.admission_of(p_completion_id);
    if not found then
      return query select * from chatbot.repeat_of(p_completion_id);
    end if;
    return;
  end if;

  select r.* into v_existing from chatbot.find_repeat(v_user, p_chat_id, p_idempotency_key, p_fingerprint, p_repeats_for) r;
  if v_existing.state = 'failed' then
    -- As long as it is the same message.
    p_message_id := coalesce(
      (select m.id from public.messages m where m.id = v_existing.user_message_id and m.content = p_content), p_message_id
    );
  elsif v_existing.id is not null then
    -- An answer may run for a moment longer than its chat is there.
    perform chatbot.check_not_deleted(v_user, p_chat_id);
    return query select * from chatbot.repeat_of(v_existing.id);
    return;
  end if;

  perform chatbot.consume_rate_limit(v_user, 'send', v_limits.requests_per_minute);

  update public.chats c
  set updated_at = v_now
  where c.id = p_chat_id and c.user_id = v_user
  returning c.model into v_chat;
  if not found and p_create_chat then
    insert into public.chats as c (id, user_id, title, title_source)
    select p_chat_id, v_user, coalesce(w.words, 'New chat'), case when w.words is null then 'default' else 'words' end
    from chatbot.first_words(p_content) w (words)
    on conflict do nothing
    returning c.model into v_chat;
  end if;
  if not found then
    perform chatbot.refuse('CB003', 'There is no such chat.');
  end if;

  perform chatbot.interrupt_dead(v_user);

  select c.id, c.user_message_id into v_existing
  from chatbot.completions c
  where c.chat_id = p_chat_id and c.user_id = v_user and c.purpose = 'answer' and c.state in ('admitted', 'streaming');
  if found then
    if coalesce(chatbot.asks_again(v_user, p_chat_id, v_existing.user_message_id, p_trigger, p_message_id, p_is_edit, p_content), false) then
      return query select * from chatbot.repeat_of(v_existing.id);
      return;
    end if;
    perform chatbot.refuse('CB005', 'An answer is still being written in this chat.', jsonb_build_object('messageId', v_existing.id));
  end if;

  select coalesce(array_agg(c.id), '{}') into v_live
  from chatbot.completions c
  where c.user_id = v_user and c.purpose = 'answer' and c.state in ('admitted', 'streaming');
  if cardinality(v_live) >= v_limits.concurrent_streams then
    perform chatbot.refuse('CB009', 'Too many answers are being written at once.', jsonb_build_object(
      'limit', v_limits.concurrent_streams,
      'liveCompletions', to_jsonb(v_live)
    ));
  end if;

  select m.* into v_model
  from chatbot.choose_model(v_user, p_model, v_chat.model, p_models, v_limits.models_allowed, v_now) m;
  if not found then
    perform chatbot.refuse('CB004', 'The model is not available on this plan.', jsonb_build_object('model', p_model));
  end if;

  v_payer := chatbot.payer_of(v_user, v_model.own_key);

  v_restores_previous := p_trigger = 'regenerate-message'
    or exists (select from public.messages m where m.id = p_message_id and m.content = p_content);
  v_answered := chatbot.start_turn(v_user, p_chat_id, p_completion_id, p_trigger, p_message_id, p_is_edit, p_client_id, p_content, p_token_bound);

  insert into public.messages (id, chat_id, user_id, role, content, status, model, token_bound)
  values (p_completion_id, p_chat_id, v_user, 'assistant', '', 'streaming', v_model.name, 0);

  if chatbot.take_stop(v_user, p_chat_id, v_answered) then
    perform chatbot.begin_stopped(
      p_completion_id, v_user, p_chat_id, v_answered, v_model.name, v_payer, v_period.period_start, (v_model.price).id, v_model.max_output,
      p_idempotency_key, p_fingerprint, v_now
    );
    return query select * from chatbot.repeat_of(p_completion_id);
    return;
  end if;

  v_max_output := least(v_model.max_output, v_limits.max_output_tokens);
  select p.* into v_prompt
  from chatbot.choose_prompt(v_user, p_chat_id, p_completion_id, v_model.context - v_max_output, v_model.in_bytes) p;

  perform billing.check_deployment_limits();
  select f.* into v_fit
  from billing.fit_to_caps(v_period, v_limits, v_payer, v_now, v_model.price, v_max_output, v_prompt.token_bound) f;
  if v_fit.output is null then
    perform billing.refuse_cap(v_fit.refusal);
  end if;

  insert into chatbot.completions (
    id, user_id, chat_id, user_message_id, restores_previous, model, payer, period_start, price_id, prompt_bound, prompt_bytes, max_output_tokens,
    prompt_message_ids, prompt_message_bytes, lease_expires_at, disconnect_grace_seconds, idempotency_key, request_fingerprint, trace_parent, created_at,
    -- What is admitted is called next. A crash just before the call leaves an estimated charge, which can be reversed; an unmetered
    -- call can never be recovered.
    called_at
  )
  values (
    p_completion_id, v_user, p_chat_id, v_answered, v_restores_previous, v_model.name, v_payer, v_period.period_start, (v_model.price).id,
    v_prompt.token_bound, v_prompt.bytes, v_fit.output, v_prompt.message_ids, v_prompt.message_bytes, clock_timestamp() + p_lease, p_disconnect_grace_seconds,
    p_idempotency_key, p_fingerprint, p_trace_parent, v_now, v_now
  );

  insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, created_at, expires_at)
  values (
    p_completion_id, v_user, v_period.period_start, v_payer, v_fit.tokens, v_fit.cost, v_now,
    clock_timestamp() + p_deadline + billing.settling_time()
  );

  return query select * from chatbot.admission_of(p_completion_id);
end
$$;

revoke all on function chatbot.begin_completion from public;
grant execute on function chatbot.begin_completion to authenticated;

-- schemas/functions/chatbot.begin_erasure.sql

-- Begins to erase the caller's account, or finds that this has begun; the operation that does it. From now on the account is of no use to
-- anybody.
create function chatbot.begin_erasure()
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_id text;
begin
  insert into chatbot.erasures (user_id) values (v_user) on conflict do nothing;
  select e.operation_id into strict v_id from chatbot.erasures e where e.user_id = v_user;
  insert into chatbot.operations (id, kind, owner_hash, progress)
  values (v_id, 'erase_account', chatbot.owner_hash(v_id, v_user), '{"chats": 0, "messages": 0, "periods": 0, "usageEvents": 0}')
  on conflict do nothing;
  return v_id;
end
$$;

revoke all on function chatbot.begin_erasure from public;
grant execute on function chatbot.begin_erasure to authenticated;

-- schemas/functions/chatbot.begin_operations.sql

-- The operations to start now: those that are due and not under way, and those that have shown no sign of life for a while. To start
-- one that runs after all changes nothing. One that is done again is another run, created anew.
create function chatbot.begin_operations(p_close_after interval, p_key_version integer)
returns table (id text, kind text, created_at timestamptz)
language plpgsql
set search_path = ''
as $$
begin
  insert into chatbot.operations as o (id, kind, progress, due_at)
  select 'close-period-' || to_char(m.month, 'YYYY-MM'), 'close_period', '{"periods": 0}', '-infinity'
  from billing.month_to_close(p_close_after) m (month)
  where m.month is not null
  on conflict on constraint operations_pkey do update
  set created_at = clock_timestamp(),
      touched_at = clock_timestamp(),
      due_at = '-infinity',
      finished_at = null
  where o.finished_at is not null;

  insert into chatbot.operations as o (id, kind, progress, due_at)
  select 'archive-period-' || to_char(m.month, 'YYYY-MM'), 'archive_period', '{"files": 0}', '-infinity'
  from billing.month_to_archive() m (month)
  where m.month is not null
  on conflict on constraint operations_pkey do nothing;

  -- Of a version that is not the current one any more nobody would do what is left.
  update chatbot.operations o
  set finished_at = clock_timestamp()
  where o.kind = 'reencrypt_keys' and o.finished_at is null and o.id <> 'reencrypt-keys-' || p_key_version;

  -- Keys that could not be opened are tried again after an hour: their data key may have come back.
  insert into chatbot.operations as o (id, kind, progress, due_at)
  select 'reencrypt-keys-' || p_key_version, 'reencrypt_keys', '{"reencrypted": 0, "unreadable": 0}', '-infinity'
  where exists (select from chatbot.provider_keys k where k.key_version < p_key_version or k.key_version > p_key_version)
  on conflict on constraint operations_pkey do update
  set created_at = clock_timestamp(),
      touched_at = clock_timestamp(),
      due_at = '-infinity',
      finished_at = null,
      progress = excluded.progress
  where o.finished_at < now() - interval '1 hour';

  return query
  with due as (
    select d.id
    from chatbot.operations d
    where d.finished_at is null and d.due_at <= clock_timestamp()
    order by d.due_at
    limit 100
    for update skip locked
  )
  update chatbot.operations o
  set due_at = clock_timestamp() + interval '5 minutes'
  from due d
  where o.id = d.id
  returning o.id, o.kind, o.created_at;
end
$$;

revoke all on function chatbot.begin_operations from public;
grant execute on function chatbot.begin_operations to service_role;

-- schemas/functions/chatbot.begin_stopped.sql

-- The completion of a send whose stop came first: it has ended before it began, and nothing was called for it.
create function chatbot.begin_stopped(
  p_id uuid,
  p_user_id uuid,
  p_chat_id uuid,
  p_message_id uuid,
  p_model text,
  p_payer text,
  p_period_start timestamptz,
  p_price_id uuid,
  p_max_output integer,
  p_idempotency_key text,
  p_fingerprint bytea,
  p_at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into chatbot.completions (
    id, user_id, chat_id, user_message_id, state, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids,
    lease_expires_at, cancel_requested, idempotency_key, request_fingerprint, created_at, ended_at
  )
  values (
    p_id, p_user_id, p_chat_id, p_message_id, 'stopped', p_model, p_payer, p_period_start, p_price_id, 0, p_max_output, '{}',
    p_at, true, p_idempotency_key, p_fingerprint, p_at, p_at
  );
  perform chatbot.persist_message(p_id);
  perform billing.record_usage(p_id);
end
$$;

revoke all on function chatbot.begin_stopped from public;

-- schemas/functions/chatbot.begin_timer_run.sql

create function chatbot.begin_timer_run(p_holder uuid, p_lifetime interval)
returns boolean
language sql
set search_path = ''
as $$
  with taken as (
    update chatbot.timer_lease l
    set holder = p_holder,
        expires_at = clock_timestamp() + p_lifetime
    where l.expires_at < clock_timestamp() or l.holder = p_holder
    returning l.is_only
  )
  select exists (select from taken);
$$;

revoke all on function chatbot.begin_timer_run from public;
grant execute on function chatbot.begin_timer_run to service_role;

-- schemas/functions/chatbot.cancel_blocked.sql

-- Asks answers to stop whose users are blocked, or have reached a cap since those were admitted, where the plan stops them at it; how
-- many. No answer is written for an hour, so of caps only those are looked at that were reached within one.
create function chatbot.cancel_blocked()
returns integer
language sql
set search_path = ''
as $$
  with reached as materialized (
    select r.user_id, r.cap, r.starts_at, r.resets_at, r.reached_at
    from billing.reached_caps r
    where r.reached_at > (select billing.clock() - interval '1 hour')
  ),
  blocked as materialized (
    select u.user_id, null::text as payer, null::timestamptz as starts_at, null::timestamptz as resets_at, null::timestamptz as reached_at
    from billing.user_plans u
    where u.blocked_reason is not null
    union all
    select r.user_id, case r.cap when 'own_key_tokens' then 'own_key' else 'platform' end, r.starts_at, r.resets_at, r.reached_at
    from reached r
    where r.cap not like 'deployment%'
    union all
    -- A cap of the deployment is everybody's.
    select c.user_id, c.payer, r.starts_at, r.resets_at, r.reached_at
    from reached r
    cross join chatbot.completions c
    where r.cap like 'deployment%' and c.payer = 'platform' and c.state in ('admitted', 'streaming')
  ),
  stopped as (
    update chatbot.completions c
    set cancel_requested = true
    where c.state in ('admitted', 'streaming') and not c.cancel_requested
      and exists (
        select
        from blocked b
        cross join billing.limits_of(b.user_id) l
        where b.user_id = c.user_id
          and (
            b.payer is null
            or (l.stops_at_cap and c.payer = b.payer and c.created_at between b.starts_at and b.reached_at and c.created_at < b.resets_at)
          )
      )
    returning c.id
  )
  select count(*)::integer from stopped;
$$;

revoke all on function chatbot.cancel_blocked from public;
grant execute on function chatbot.cancel_blocked to service_role;

-- schemas/functions/chatbot.check_not_deleted.sql

-- A chat's id stays deleted for its owner.
create function chatbot.check_not_deleted(p_user_id uuid, p_chat_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from chatbot.deleted_chats d where d.user_id = p_user_id and d.chat_id = p_chat_id) then
    perform chatbot.refuse('CB003', 'The chat was deleted. Begin a new one under another id.');
  end if;
end
$$;

revoke all on function chatbot.check_not_deleted from public;

-- schemas/functions/chatbot.choose_model.sql

-- Which of the configured models answers: the one asked for, else the chat's, else the user's, else the first;
-- only one that the plan allows and that has a price in force at that moment.
create function chatbot.choose_model(p_user_id uuid, p_asked text, p_chat_model text, p_models jsonb, p_allowed text[], p_at timestamptz)
returns table (name text, context integer, max_output integer, own_key boolean, in_bytes boolean, price billing.model_prices)
language sql
set search_path = ''
as $$
  select m.name, m.context, m."maxOutput", coalesce(m."ownKey", false), coalesce(m."inBytes", false), p
  from rows from (
    jsonb_to_recordset(p_models) as (name text, context integer, "maxOutput" integer, "ownKey" boolean, "inBytes" boolean)
  ) with ordinality m (name, context, "maxOutput", "ownKey", "inBytes", position)
  cross join lateral billing.price_of(m.name, p_at) p
  where (p_asked is null or m.name = p_asked) and (p_allowed is null or m.name = any (p_allowed))
  order by
    m.name = p_chat_model desc nulls last,
    m.name = (
      select u.openai_settings ->> 'preferred_model'
      from public.user_preferences u
      where u.user_id = p_user_id
    ) desc nulls last,
    m.position
  limit 1;
$$;

revoke all on function chatbot.choose_model from public;

-- schemas/functions/chatbot.choose_prompt.sql

-- The newest messages of the chat that fit into p_budget tokens, oldest first, with the bytes of each, what the prompt is at most, and
-- its bytes; together with a message of p_more tokens that is not stored.
create function chatbot.choose_prompt(
  p_user_id uuid,
  p_chat_id uuid,
  p_completion_id uuid,
  p_budget integer,
  -- For a model whose vocabulary nobody has counted with.
  p_in_bytes boolean,
  p_more integer default null
)
returns table (message_ids uuid[], message_bytes integer[], token_bound integer, bytes integer)
language plpgsql
stable
set search_path = ''
as $$
declare
  c_per_message constant integer := chatbot.message_overhead();
  v_row record;
  v_ids uuid[] := '{}';
  v_sizes integer[] := '{}';
  v_bound integer := c_per_message;
  v_bytes integer := 0;
begin
  select octet_length(ch.system_prompt) as bytes, ch.system_prompt_tokens as tokens
  into v_row
  from public.chats ch
  where ch.id = p_chat_id and ch.user_id = p_user_id and ch.system_prompt is not null;
  if found then
    v_bytes := v_row.bytes;
    v_bound := v_bound + c_per_message + case when p_in_bytes then v_row.bytes else coalesce(v_row.tokens, v_row.bytes) end;
  end if;
  if p_more is not null then
    v_bound := v_bound + c_per_message + p_more;
  end if;

  for v_row in
    select m.id, t.bytes,
      case
        when p_in_bytes or m.status = 'streaming' then t.bytes
        else coalesce((select n.tokens from chatbot.token_counts n where n.message_id = m.id), m.token_bound)
      end as tokens
    from public.messages m
    cross join lateral (
      select case m.status when 'streaming' then octet_length(chatbot.draft_text(m.id)) else octet_length(m.content) end as bytes
    ) t
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.id is distinct from p_completion_id
    order by m.seq desc
  loop
    continue when v_row.tokens = 0;
    exit when v_bound + c_per_message + v_row.tokens > p_budget;
    v_bound := v_bound + c_per_message + v_row.tokens;
    v_bytes := v_bytes + v_row.bytes;
    v_ids := v_row.id || v_ids;
    v_sizes := v_row.bytes || v_sizes;
  end loop;

  if v_bound > p_budget or (v_ids = '{}' and p_more is null) then
    perform chatbot.refuse('CB011', 'The message does not fit into the model''s context.', jsonb_build_object(
      'contextTokens', p_budget
    ));
  end if;

  return query select v_ids, v_sizes, v_bound, v_bytes;
end
$$;

revoke all on function chatbot.choose_prompt from public;

-- schemas/functions/chatbot.consume_rate_limit.sql

-- Takes a token from a bucket, whose capacity is a minute's worth, refilled evenly.
create function chatbot.consume_rate_limit(p_user_id uuid, p_kind text, p_per_minute integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_left double precision;
begin
  insert into chatbot.rate_buckets as b (user_id, kind, tokens, updated_at)
  values (p_user_id, p_kind, p_per_minute - 1, v_now)
  on conflict (user_id, kind) do update
  -- Who waited for another's turn must not turn the time back.
  set tokens = least(p_per_minute, b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60) - 1,
      updated_at = greatest(v_now, b.updated_at)
  where least(p_per_minute, b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60) >= 1;

  if not found then
    select b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60
    into v_left
    from chatbot.rate_buckets b
    where b.user_id = p_user_id and b.kind = p_kind;

    perform chatbot.refuse('CB008', 'Too many sends in a short time.', jsonb_build_object(
      'limit', p_per_minute,
      'windowSeconds', 60,
      'retryAfterSeconds', ceil((1 - v_left) * 60 / p_per_minute)
    ));
  end if;
end
$$;

revoke all on function chatbot.consume_rate_limit from public;
grant execute on function chatbot.consume_rate_limit to service_role;

-- schemas/functions/chatbot.delete_provider_key.sql

create function chatbot.delete_provider_key()
returns boolean
language sql
security definer
set search_path = ''
as $$
  with removed as (
    delete from chatbot.provider_keys
    where user_id = auth.uid()
    returning id
  )
  select exists (select from removed);
$$;

revoke all on function chatbot.delete_provider_key from public;
grant execute on function chatbot.delete_provider_key to authenticated;

-- schemas/functions/chatbot.describe_provider_key.sql

-- What may be shown of a user's own key, and the key as it is sealed: that it can be opened shows only when it is tried.
create function chatbot.describe_provider_key()
returns table (last_four text, last_verified_at timestamptz, id uuid, ciphertext bytea, nonce bytea, key_version integer)
language sql
stable
security definer
set search_path = ''
as $$
  select k.last_four, k.last_verified_at, k.id, k.ciphertext, k.nonce, k.key_version
  from chatbot.provider_keys k
  where k.user_id = auth.uid() and k.provider = 'openai';
$$;

revoke all on function chatbot.describe_provider_key from public;
grant execute on function chatbot.describe_provider_key to authenticated;

-- schemas/functions/chatbot.end_timer_run.sql

create function chatbot.end_timer_run(p_holder uuid)
returns void
language sql
set search_path = ''
as $$
  update chatbot.timer_lease
  set expires_at = '-infinity'
  where holder = p_holder;
$$;

revoke all on function chatbot.end_timer_run from public;
grant execute on function chatbot.end_timer_run to service_role;

-- schemas/functions/chatbot.erase_account.sql

-- Erases the caller's account, once their texts are erased and their usage is moved. What stays is under an id that belongs to nobody.
create function chatbot.erase_account()
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_operation text := (select e.operation_id from chatbot.erasures e where e.user_id = v_user);
begin
  -- Whoever made a chat at the last moment is waited for.
  perform from auth.users u where u.id = v_user for update;
  loop
    exit when chatbot.erase_texts(5000);
  end loop;
  loop
    exit when chatbot.erase_usage();
  end loop;

  delete from chatbot.rate_buckets where user_id = v_user;
  delete from billing.reached_caps where user_id = v_user;
  -- All tables of public, the keys, the plan and the refusals go with their user, and so does what tells the new id.
  delete from auth.users where id = v_user;
  perform chatbot.finish_operation(v_operation);
end
$$;

revoke all on function chatbot.erase_account from public;
grant execute on function chatbot.erase_account to authenticated;

-- schemas/functions/chatbot.erase_texts.sql

-- Erases the next of what the caller has written, in pieces that fit into a statement's time; true once nothing of it is left.
create function chatbot.erase_texts(p_limit integer)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_left integer := p_limit;
  v_chats integer := 0;
  v_messages integer := 0;
  v_chat uuid;
  v_oldest bigint;
  v_count integer;
begin
  update chatbot.completions
  set cancel_requested = true
  where user_id = v_user and state in ('admitted', 'streaming');

  while v_left > 0 loop
    -- The chat's row first, as the admission has it.
    select c.id into v_chat from public.chats c where c.user_id = v_user limit 1 for no key update;
    exit when not found;

    -- From the newest back to here, or to the first.
    select m.seq into v_oldest
    from public.messages m
    where m.chat_id = v_chat and m.user_id = v_user
    order by m.seq desc
    offset v_left - 1
    limit 1;
    delete from public.messages m
    where m.chat_id = v_chat and m.user_id = v_user and m.seq >= coalesce(v_oldest, 0);
    get diagnostics v_count = row_count;
    if v_count < v_left then
      delete from public.chats c where c.id = v_chat;
      v_chats := v_chats + 1;
    end if;
    v_messages := v_messages + v_count;

    v_left := v_left - v_count - 1;
  end loop;
  perform chatbot.note_progress(
    (select e.operation_id from chatbot.erasures e where e.user_id = v_user), jsonb_build_object('chats', v_chats, 'messages', v_messages)
  );
  return v_left > 0;
end
$$;

revoke all on function chatbot.erase_texts from public;
grant execute on function chatbot.erase_texts to authenticated;

-- schemas/functions/chatbot.erase_usage.sql

-- Moves what stays of the caller to the id that was made for it: the next period with all that counts to it, or, where none is left,
-- what counts to none; true then. Figures, hashes and whatever refers to them by other ids stay as they are.
create function chatbot.erase_usage()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_new uuid := (select e.new_id from chatbot.erasures e where e.user_id = v_user);
  v_period billing.usage_periods;
  v_count integer;
begin
  -- In the order in which the admission locks them.
  select u.* into v_period
  from billing.usage_periods u
  where u.user_id = v_user
  order by u.period_start
  limit 1
  for update;
  if not found then
    -- What a call that was moved before has raised again needs no second telling.
    delete from billing.usage_alerts a
    where a.user_id = v_user
      and exists (select from billing.usage_alerts n where n.alert_key = replace(a.alert_key, v_user::text, v_new::text));
    update billing.usage_alerts
    set user_id = v_new,
        alert_key = replace(alert_key, v_user::text, v_new::text)
    where user_id = v_user;
    return true;
  end if;

  delete from billing.usage_periods where user_id = v_user and period_start = v_period.period_start;
  insert into billing.usage_periods as u (user_id, period_start, period_end, tokens, cost, own_key_tokens, status)
  values (
    v_new, v_period.period_start, v_period.period_end, v_period.tokens, v_period.cost, v_period.own_key_tokens, v_period.status
  )
  -- Of a call that was admitted at the last moment, after its period was moved.
  on conflict (user_id, period_start) do update
  set tokens = u.tokens + excluded.tokens,
      cost = u.cost + excluded.cost,
      own_key_tokens = u.own_key_tokens + excluded.own_key_tokens;

  with moved as (
    delete from billing.usage_daily d
    where d.user_id = v_user
      and d.day >= (v_period.period_start at time zone 'UTC')::date and d.day < (v_period.period_end at time zone 'UTC')::date
    returning d.day, d.model, d.purpose, d.payer, d.calls, d.input_tokens, d.cached_input_tokens, d.cache_write_tokens, d.output_tokens,
      d.reasoning_tokens, d.cost
  )
  insert into billing.usage_daily as d (
    user_id, day, model, purpose, payer, calls, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost
  )
  select v_new, m.day, m.model, m.purpose, m.payer, m.calls, m.input_tokens, m.cached_input_tokens, m.cache_write_tokens, m.output_tokens,
    m.reasoning_tokens, m.cost
  from moved m
  on conflict (user_id, day, model, purpose, payer) do update
  set calls = d.calls + excluded.calls,
      input_tokens = d.input_tokens + excluded.input_tokens,
      cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
      cache_write_tokens = d.cache_write_tokens + excluded.cache_write_tokens,
      output_tokens = d.output_tokens + excluded.output_tokens,
      reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
      cost = d.cost + excluded.cost;

  update billing.usage_events set user_id = v_new where user_id = v_user and period_start = v_period.period_start;
  get diagnostics v_count = row_count;
  update billing.statements set user_id = v_new where user_id = v_user and period_start = v_period.period_start;
  update billing.usage_reservations set user_id = v_new where user_id = v_user and period_start = v_period.period_start;
  -- Who is still writing them ends by itself; what they used is recorded.
  update chatbot.completions
  set user_id = v_new,
      idempotency_key = null,
      request_fingerprint = null,
      trace_parent = null
  where user_id = v_user and period_start = v_period.period_start;
  perform chatbot.note_progress(
    (select e.operation_id from chatbot.erasures e where e.user_id = v_user), jsonb_build_object('periods', 1, 'usageEvents', v_count)
  );
  return false;
end
$$;

revoke all on function chatbot.erase_usage from public;
grant execute on function chatbot.erase_usage to authenticated;

-- schemas/functions/chatbot.estimate_completion.sql

-- What a send would be admitted with, without sending it: the same decisions as the admission's.
create function chatbot.estimate_completion(
  -- Null is a new chat.
  p_chat_id uuid,
  -- The most tokens that the new message can be; null is none, as for a regenerate.
  p_token_bound integer,
  p_bytes integer,
  p_model text,
  p_models jsonb
)
returns table (
  model text,
  payer text,
  prompt_tokens integer,
  max_output_tokens integer,
  tokens integer,
  cost numeric,
  currency text,
  refusal jsonb
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_chat record;
  v_model record;
  v_prompt record;
  v_fit record;
  v_max_output integer;
  v_anew uuid;
  v_now timestamptz;
begin
  if v_user is null then
    perform chatbot.refuse('CB001', 'Sign in first.');
  end if;

  select l.* into v_limits from billing.limits_of(v_user) l;
  if v_limits.blocked_reason is not null then
    perform chatbot.refuse('CB002', v_limits.blocked_reason);
  end if;
  v_period := billing.current_period(v_user, v_limits.period_anchor_day);
  v_now := billing.clamp_to_period(v_period);

  select c.model into v_chat from public.chats c where c.id = p_chat_id and c.user_id = v_user;
  if not found and p_chat_id is not null then
    perform chatbot.refuse('CB003', 'There is no such chat.');
  end if;

  if p_token_bound is null then
    if not exists (
      select from public.messages m where m.chat_id = p_chat_id and m.user_id = v_user and m.superseded_by is null and m.role = 'user'
    ) then
      perform chatbot.refuse('CB003', 'There is no user message to answer.');
    end if;
    -- The answer that is written anew is not in its own prompt.
    select case when m.role <> 'user' then m.id end into v_anew
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = v_user and m.superseded_by is null
    order by m.seq desc
    limit 1;
  end if;

  select m.* into v_model
  from chatbot.choose_model(v_user, p_model, v_chat.model, p_models, v_limits.models_allowed, v_now) m;
  if not found then
    perform chatbot.refuse('CB004', 'The model is not available on this plan.', jsonb_build_object('model', p_model));
  end if;

  model := v_model.name;
  payer := chatbot.payer_of(v_user, v_model.own_key);
  currency := (v_model.price).currency;
  v_max_output := least(v_model.max_output, v_limits.max_output_tokens);
  select p.token_bound into v_prompt
  from chatbot.choose_prompt(
    v_user, p_chat_id, v_anew, v_model.context - v_max_output, v_model.in_bytes, case when v_model.in_bytes then p_bytes else p_token_bound end
  ) p;
  prompt_tokens := v_prompt.token_bound;

  select f.* into v_fit
  from billing.fit_to_caps(v_period, v_limits, payer, v_now, v_model.price, v_max_output, prompt_tokens) f;
  max_output_tokens := v_fit.output;
  tokens := v_fit.tokens;
  cost := v_fit.cost;
  refusal := v_fit.refusal;
  return next;
end
$$;

revoke all on function chatbot.estimate_completion from public;
grant execute on function chatbot.estimate_completion to authenticated;

-- schemas/functions/chatbot.find_live_completion.sql

-- The answer that is being written in a chat.
create function chatbot.find_live_completion(p_chat_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  select c.id
  from chatbot.completions c
  where c.chat_id = p_chat_id and c.user_id = auth.uid() and c.purpose = 'answer' and c.state in ('admitted', 'streaming');
$$;

revoke all on function chatbot.find_live_completion from public;
grant execute on function chatbot.find_live_completion to authenticated;

-- schemas/functions/chatbot.find_repeat.sql

-- The completion that a send repeats: the one under its key or, where nothing names the send, the newest of its chat that the same
-- body made within p_repeats_for. One that failed is no repeat; it tells which message is to be answered again.
create function chatbot.find_repeat(p_user_id uuid, p_chat_id uuid, p_key text, p_fingerprint bytea, p_repeats_for interval)
returns table (id uuid, state text, user_message_id uuid)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_fingerprint bytea;
begin
  select c.id, c.state, c.user_message_id, c.request_fingerprint
  into id, state, user_message_id, v_fingerprint
  from chatbot.completions c
  where c.user_id = p_user_id and c.idempotency_key = p_key;
  if found then
    if v_fingerprint <> p_fingerprint then
      perform chatbot.refuse('CB007', 'The same key or message id came before with another body.');
    end if;
    return next;
    return;
  end if;

  return query
  select c.id, c.state, c.user_message_id
  from (
    select m.id
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null
    order by m.seq desc
    limit 1
  ) newest
  join chatbot.completions c on c.id = newest.id
  where c.request_fingerprint = p_fingerprint and c.created_at > billing.clock() - p_repeats_for
    -- Who gives a key means what it says.
    and coalesce(c.idempotency_key not like 'key:%', true);
end
$$;

revoke all on function chatbot.find_repeat from public;

-- schemas/functions/chatbot.finish_completion.sql

-- Ends a completion as its instance knows that it ended, with the rest of its text: 'stored', 'deleted' where there
-- is no message any more to store it with, or null where someone else ended it.
-- Late is what could not be said in time, as the database was away: it brings the whole text, and it knows better than who
-- interrupted the completion meanwhile, whatever has been stored and recorded since.
create function chatbot.finish_completion(
  p_id uuid,
  p_epoch integer,
  p_is_late boolean,
  p_state text,
  p_finish_reason text,
  p_error_code text,
  p_content_filter text[],
  p_called boolean,
  p_seq integer,
  p_text text,
  p_input_tokens integer,
  p_cached_input_tokens integer,
  p_cache_write_tokens integer,
  p_output_tokens integer,
  p_reasoning_tokens integer,
  p_usage_quality text,
  p_rejected_report jsonb,
  p_receipt jsonb,
  p_first_token_at timestamptz
)
returns text
language sql
set search_path = ''
as $$
  with ended as (
    update chatbot.completions c
    set state = p_state,
        -- Past what a second delivery of the same could match.
        lease_epoch = case when p_is_late then p_epoch + 2 else c.lease_epoch end,
        finish_reason = p_finish_reason,
        error_code = p_error_code,
        content_filter = nullif(p_content_filter, '{}'),
        called_at = case when p_called then coalesce(c.called_at, c.created_at) end,
        input_tokens = p_input_tokens,
        cached_input_tokens = p_cached_input_tokens,
        cache_write_tokens = p_cache_write_tokens,
        output_tokens = p_output_tokens,
        reasoning_tokens = p_reasoning_tokens,
        usage_quality = p_usage_quality,
        rejected_report = p_rejected_report,
        receipt = p_receipt,
        first_token_at = p_first_token_at,
        -- Nothing was answered: the same message may be sent again.
        idempotency_key = case when p_state = 'failed' then null else c.idempotency_key end,
        -- The chat went on from where it was taken for ended.
        ended_at = coalesce(c.ended_at, clock_timestamp()),
        persisted_at = null,
        recorded_at = null
    where c.id = p_id
      and (
        (c.lease_epoch = p_epoch and c.state in ('admitted', 'streaming'))
        or (p_is_late and c.lease_epoch = p_epoch + 1 and c.state = 'interrupted')
      )
    returning c.id, c.user_id, c.restores_previous
  ),
  replaced as (
    delete from chatbot.completion_deltas d
    using ended e
    where p_seq = 0 and d.completion_id = e.id and d.seq > 0
  ),
  appended as (
    insert into chatbot.completion_deltas (completion_id, seq, text)
    select e.id, p_seq, p_text
    from ended e
    where p_text <> ''
    on conflict (completion_id, seq) do update
    set text = excluded.text
    where octet_length(excluded.text) > octet_length(completion_deltas.text)
  ),
  -- An answer that could not be given anew leaves the history, and what it was to replace comes back.
  given_back as (
    update public.messages m
    set superseded_by = case when m.id = e.id then e.id end
    from ended e
    where p_state = 'failed' and e.restores_previous and m.user_id = e.user_id and (m.superseded_by = e.id or (m.id = e.id and m.role = 'assistant'))
  )
  -- Who has the state that it asked for under its own epoch did it before, and only the acknowledgement was lost.
  select case when exists (select from public.messages m where m.id = p_id and m.role = 'assistant') then 'stored' else 'deleted' end
  where exists (select from ended)
    or exists (select from chatbot.completions c where c.id = p_id and c.lease_epoch = p_epoch and c.state = p_state);
$$;

revoke all on function chatbot.finish_completion from public;
grant execute on function chatbot.finish_completion to service_role;

-- schemas/functions/chatbot.finish_operation.sql

create function chatbot.finish_operation(p_operation_id text)
returns void
language sql
set search_path = ''
as $$
  update chatbot.operations
  set touched_at = clock_timestamp(),
      finished_at = clock_timestamp()
  where id = p_operation_id and finished_at is null;
$$;

revoke all on function chatbot.finish_operation from public;
grant execute on function chatbot.finish_operation to service_role;

-- schemas/functions/chatbot.first_words.sql

-- What names a chat that has no other title; null where the text has no words.
create function chatbot.first_words(p_content text)
returns text
language sql
immutable
return nullif(left(trim(regexp_replace(left(p_content, 200), '\s+', ' ', 'g')), 60), '');

revoke all on function chatbot.first_words from public;
grant execute on function chatbot.first_words to authenticated, service_role;

-- schemas/functions/chatbot.follow_completion.sql

-- Somebody reads the answer at an instance that does not write it.
create function chatbot.follow_completion(p_id uuid)
returns void
language sql
security definer
set search_path = ''
as $$
  update chatbot.completions
  set followed_at = clock_timestamp()
  where id = p_id and user_id = auth.uid() and state in ('admitted', 'streaming');
$$;

revoke all on function chatbot.follow_completion from public;
grant execute on function chatbot.follow_completion to authenticated;

-- schemas/functions/chatbot.give_title.sql

-- Unless the user has named the chat meanwhile.
create function chatbot.give_title(p_user_id uuid, p_chat_id uuid, p_title text)
returns void
language sql
set search_path = ''
as $$
  update public.chats h
  set title = p_title,
      title_source = 'model'
  where h.id = p_chat_id and h.user_id = p_user_id and chatbot.awaits_title(h);
$$;

revoke all on function chatbot.give_title from public;
grant execute on function chatbot.give_title to service_role;

-- schemas/functions/chatbot.interrupt_dead.sql

-- Ends completions that nobody writes any more. What another run ends at the same time is passed over. The statement's time
-- stands still, so that the index leads to the dead, past all that live: each admission looks here.
create function chatbot.interrupt_dead(p_user_id uuid default null, p_id uuid default null)
returns setof uuid
language sql
set search_path = ''
as $$
  with dead as (
    select c.id
    from chatbot.completions c
    where c.state in ('admitted', 'streaming') and c.lease_expires_at < statement_timestamp()
      and (p_user_id is null or c.user_id = p_user_id)
      and (p_id is null or c.id = p_id)
    order by c.lease_expires_at
    limit 1000
    for update skip locked
  )
  update chatbot.completions c
  set state = 'interrupted',
      lease_epoch = c.lease_epoch + 1,
      ended_at = clock_timestamp()
  from dead
  where c.id = dead.id
  returning c.id;
$$;

revoke all on function chatbot.interrupt_dead from public;
grant execute on function chatbot.interrupt_dead to service_role;

-- schemas/functions/chatbot.interrupt_dead_completion.sql

-- For the first reader who notices that nobody writes an answer any more.
create function chatbot.interrupt_dead_completion(p_id uuid)
returns boolean
language sql
security definer
set search_path = ''
as $$
  -- Nobody is not everybody.
  select case when auth.uid() is null then false else exists (select from chatbot.interrupt_dead(auth.uid(), p_id)) end;
$$;

revoke all on function chatbot.interrupt_dead_completion from public;
grant execute on function chatbot.interrupt_dead_completion to authenticated;

-- schemas/functions/chatbot.is_followed.sql

create function chatbot.is_followed(p_id uuid, p_within interval)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce((select c.followed_at > clock_timestamp() - p_within from chatbot.completions c where c.id = p_id), false);
$$;

revoke all on function chatbot.is_followed from public;
grant execute on function chatbot.is_followed to service_role;

-- schemas/functions/chatbot.note_progress.sql

-- Adds to what an operation has done, in the transaction that did it. Where there is no such operation, another database's was meant: nothing
-- is done then.
create function chatbot.note_progress(p_operation_id text, p_counts jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update chatbot.operations o
  set touched_at = clock_timestamp(),
      due_at = clock_timestamp() + interval '5 minutes',
      progress = o.progress || (
        select jsonb_object_agg(c.key, coalesce((o.progress ->> c.key)::bigint, 0) + c.value::bigint)
        from jsonb_each_text(p_counts) c
      )
  where o.id = p_operation_id;
  if not found and p_operation_id is not null then
    raise exception 'There is no operation %.', p_operation_id;
  end if;
end
$$;

revoke all on function chatbot.note_progress from public;
grant execute on function chatbot.note_progress to service_role;

-- schemas/functions/chatbot.note_storage.sql

-- Adds to what a user has stored, or takes from it. What makes it more than their plan allows is refused, where it is theirs to
-- refuse: an answer that was generated is stored in any case.
create function chatbot.note_storage(
  p_user_id uuid,
  p_chats integer,
  p_bytes bigint,
  p_may_refuse boolean,
  -- In the chat that grows.
  p_messages integer default null
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_stored record;
  v_plan record;
begin
  if p_chats = 0 and p_bytes = 0 then
    -- The message that an answer will be: it may only not be begun.
    select s.chats, s.bytes into v_stored from chatbot.user_storage s where s.user_id = p_user_id;
  else
    update chatbot.user_storage s
    set chats = greatest(s.chats + p_chats, 0),
        bytes = greatest(s.bytes + p_bytes, 0)
    where s.user_id = p_user_id
    returning s.chats, s.bytes into v_stored;
  end if;
  if not found then
    -- Less of nothing, or no more: the user is being deleted.
    if p_chats <= 0 and p_bytes <= 0 then
      return;
    end if;
    insert into chatbot.user_storage as s (user_id, chats, bytes)
    values (p_user_id, p_chats, p_bytes)
    on conflict (user_id) do update
    set chats = s.chats + excluded.chats,
        bytes = s.bytes + excluded.bytes
    returning s.chats, s.bytes into v_stored;
  end if;

  if not p_may_refuse then
    return;
  end if;

  select p.max_chats, p.max_messages_per_chat, p.max_stored_bytes into v_plan
  from (values (p_user_id)) who (user_id)
  left join billing.user_plans u on u.user_id = who.user_id
  join billing.plans p on p.id = coalesce(u.plan_id, (select d.id from billing.plans d where d.is_default));
  if p_chats > 0 and v_stored.chats > v_plan.max_chats then
    perform chatbot.refuse('CB013', 'Your plan allows no more chats. Delete some to begin new ones.', jsonb_build_object(
      'quota', 'chats',
      'limit', v_plan.max_chats
    ));
  elsif p_messages > v_plan.max_messages_per_chat then
    perform chatbot.refuse('CB013', 'Your plan allows no more messages in this chat. Begin a new one.', jsonb_build_object(
      'quota', 'messages_per_chat',
      'limit', v_plan.max_messages_per_chat
    ));
  elsif v_stored.bytes > v_plan.max_stored_bytes then
    perform chatbot.refuse('CB013', 'Your plan allows no more text to be stored. Delete chats to make room.', jsonb_build_object(
      'quota', 'stored_bytes',
      'limit', v_plan.max_stored_bytes
    ));
  end if;
end
$$;

revoke all on function chatbot.note_storage from public;
grant execute on function chatbot.note_storage to service_role;

-- schemas/functions/chatbot.note_token_counts.sql

-- What was changed since it was read is left to be counted again.
create function chatbot.note_token_counts(p_completion_id uuid, p_message_ids uuid[], p_changed_at timestamptz[], p_tokens integer[])
returns void
language sql
set search_path = ''
as $$
  update public.chats ch
  set system_prompt_tokens = t.tokens
  from unnest(p_message_ids, p_changed_at, p_tokens) t (message_id, changed_at, tokens), chatbot.completions c
  where t.message_id is null and c.id = p_completion_id and ch.id = c.chat_id and ch.user_id = c.user_id and ch.updated_at = t.changed_at;

  update chatbot.token_counts n
  set tokens = t.tokens
  from unnest(p_message_ids, p_changed_at, p_tokens) t (message_id, changed_at, tokens)
  where n.message_id = t.message_id and n.changed_at = t.changed_at and n.tokens is null;
$$;

revoke all on function chatbot.note_token_counts from public;
grant execute on function chatbot.note_token_counts to service_role;

-- schemas/functions/chatbot.owner_hash.sql

-- Tells whether an operation is somebody's, without telling whose it is.
create function chatbot.owner_hash(p_operation_id text, p_user_id uuid)
returns bytea
language sql
immutable
return sha256(convert_to(p_operation_id || '/' || p_user_id::text, 'UTF8'));

revoke all on function chatbot.owner_hash from public;
grant execute on function chatbot.owner_hash to service_role;

-- schemas/functions/chatbot.payer_of.sql

-- Who pays for a call: the user, where the model may be called with a key of their own and there is one.
create function chatbot.payer_of(p_user_id uuid, p_takes_own_key boolean)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when p_takes_own_key and exists (select from chatbot.provider_keys k where k.user_id = p_user_id and k.provider = 'openai') then 'own_key'
    else 'platform'
  end;
$$;

revoke all on function chatbot.payer_of from public;

-- schemas/functions/chatbot.persist_message.sql

-- Stores a finished answer with its message. The draft stays until the usage is recorded, which may have to count it.
-- Returns what is known of the completion, null where there is none.
create function chatbot.persist_message(p_id uuid)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
begin
  select c.* into v_completion from chatbot.completions c where c.id = p_id for update;
  if not found then
    return null;
  end if;
  if v_completion.ended_at is null then
    return 'live';
  end if;
  if v_completion.persisted_at is not null then
    return 'persisted';
  end if;

  -- The message may be gone, or its id be a message of the user's own: what was called is billed all the same.
  update public.messages
  set content = chatbot.draft_text(p_id),
      status = case v_completion.state when 'finished' then 'complete' else v_completion.state end,
      model = v_completion.model,
      finish_reason = v_completion.finish_reason,
      -- Of an answer whose process died it is made with the ledger.
      receipt = v_completion.receipt
  where id = p_id and user_id = v_completion.user_id and role = 'assistant';

  update chatbot.completions
  set persisted_at = clock_timestamp(),
      receipt = null
  where id = p_id;
  return 'persisted';
end
$$;

revoke all on function chatbot.persist_message from public;
grant execute on function chatbot.persist_message to service_role;

-- schemas/functions/chatbot.put_provider_key.sql

create function chatbot.put_provider_key(p_id uuid, p_ciphertext bytea, p_nonce bytea, p_key_version integer, p_last_four text)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into chatbot.provider_keys (id, user_id, ciphertext, nonce, key_version, last_four, last_verified_at)
  values (p_id, auth.uid(), p_ciphertext, p_nonce, p_key_version, p_last_four, now())
  on conflict (user_id, provider) do update
  set id = excluded.id,
      ciphertext = excluded.ciphertext,
      nonce = excluded.nonce,
      key_version = excluded.key_version,
      last_four = excluded.last_four,
      last_verified_at = excluded.last_verified_at;
$$;

revoke all on function chatbot.put_provider_key from public;
grant execute on function chatbot.put_provider_key to authenticated;

-- schemas/functions/chatbot.read_answer.sql

-- What there is of an answer, for its owner: `tail`, the pieces of the draft from the one that holds p_from on, of which the first
-- begins at `tail_from` and the last at `last_from` (the last may still grow); `whole` once it is stored with its message.
create function chatbot.read_answer(p_id uuid, p_from integer)
returns table (
  state text,
  finish_reason text,
  error_code text,
  is_dead boolean,
  -- Whether who writes it wants to know that it is read.
  ends_unread boolean,
  tail text,
  tail_from integer,
  last_from integer,
  whole text,
  receipt jsonb
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    c.state,
    c.finish_reason,
    -- Whatever became of an answer: its message is gone.
    case when exists (select from public.messages m where m.id = c.id and m.role = 'assistant') then c.error_code else 'not_found' end,
    c.ended_at is null and c.lease_expires_at < now(),
    c.ended_at is null and c.disconnect_grace_seconds is not null,
    case when c.persisted_at is null then coalesce(d.text, '') end,
    d.tail_from,
    d.last_from,
    m.content,
    coalesce(c.receipt, m.receipt)
  from chatbot.completions c
  left join public.messages m on c.persisted_at is not null and m.id = c.id and m.user_id = c.user_id and m.role = 'assistant'
  cross join lateral (
    select string_agg(p.text, '' order by p.seq) as text, min(p.seq) as tail_from, max(p.seq) as last_from
    from chatbot.completion_deltas p
    where p.completion_id = c.id and p.seq >= coalesce(
      (select max(h.seq) from chatbot.completion_deltas h where h.completion_id = c.id and h.seq <= p_from), 0
    )
  ) d
  where c.id = p_id and c.user_id = auth.uid();
$$;

revoke all on function chatbot.read_answer from public;
grant execute on function chatbot.read_answer to authenticated;

-- schemas/functions/chatbot.read_draft.sql

-- What may be shown of an answer that is not stored with its message yet: to its owner only.
create function chatbot.read_draft(p_message_id uuid)
returns table (content text, status text, finish_reason text, receipt jsonb)
language sql
stable
security definer
set search_path = ''
as $$
  select
    chatbot.draft_text(c.id),
    case
      when c.ended_at is null then 'streaming'
      when c.state = 'finished' then 'complete'
      else c.state
    end,
    c.finish_reason,
    c.receipt
  from chatbot.completions c
  where c.id = p_message_id and c.user_id = auth.uid() and c.persisted_at is null;
$$;

revoke all on function chatbot.read_draft from public;
grant execute on function chatbot.read_draft to authenticated;

-- schemas/functions/chatbot.refuse.sql

-- Refusals carry a SQLSTATE of class CB, one per problem code, and their facts as JSON in the hint.
create function chatbot.refuse(p_sqlstate text, p_message text, p_facts jsonb default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception '%', p_message using errcode = p_sqlstate, hint = p_facts::text;
end
$$;

revoke all on function chatbot.refuse from public;
grant execute on function chatbot.refuse to service_role;

-- schemas/functions/chatbot.remember_stop.sql

-- Remembers a stop for the send that it came before. Where the message is there already, it is meant for a regenerate to come,
-- unless its answer has just ended: then it only came late.
create function chatbot.remember_stop(p_user_id uuid, p_chat_id uuid, p_message_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- More than anyone stops in that time.
  c_most constant integer := 100;
  c_late constant interval := '2 seconds';
  v_message record;
  v_lifetime interval := '1 minute';
begin
  select m.chat_id, m.user_id, m.seq into v_message
  from public.messages m
  where m.id = p_message_id;
  if v_message.chat_id = p_chat_id and v_message.user_id = p_user_id then
    if exists (
      select
      from (
        -- What has just ended is not far from the end of its chat.
        select m.id
        from public.messages m
        where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq >= v_message.seq
        order by m.seq desc
        limit 100
      ) a
      join chatbot.completions c on c.id = a.id
      where p_message_id in (c.user_message_id, c.id) and c.ended_at > clock_timestamp() - c_late
    ) then
      return;
    end if;
    v_lifetime := c_late;
  end if;

  -- Those that have expired are the timer's to delete: two who delete several rows may wait for each other.
  if (select count(*) from chatbot.stop_requests s where s.user_id = p_user_id and s.expires_at > clock_timestamp()) >= c_most then
    perform chatbot.refuse('CB008', 'Too many stops wait for their messages.', jsonb_build_object('retryAfterSeconds', 60));
  end if;
  insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at)
  values (p_user_id, p_chat_id, p_message_id, clock_timestamp() + v_lifetime)
  on conflict (user_id, chat_id, message_id) do update
  set expires_at = excluded.expires_at;
end
$$;

revoke all on function chatbot.remember_stop from public;

-- schemas/functions/chatbot.repeat_of.sql

-- What a send is told that makes no call: the completion to follow.
create function chatbot.repeat_of(p_id uuid)
returns setof chatbot.admission
language sql
stable
set search_path = ''
as $$
  select r.*
  from jsonb_populate_record(null::chatbot.admission, jsonb_build_object('completion_id', p_id, 'is_new', false)) r;
$$;

revoke all on function chatbot.repeat_of from public;

-- schemas/functions/chatbot.request_stop.sql

-- A user's request to stop an answer; the instance that writes it learns of it with its next tick. With a message it is the answer
-- to that, also where the message has still to come; without, it is whatever runs in the chat. Returns what has still to end.
create function chatbot.request_stop(p_chat_id uuid, p_message_id uuid default null)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_limits billing.limits;
  v_running uuid;
begin
  if v_user is null then
    perform chatbot.refuse('CB001', 'Sign in first.');
  end if;

  if p_message_id is not null then
    -- A send that is being admitted has this lock: either it is over then, or it finds what is remembered here.
    select l.* into v_limits from billing.limits_of(v_user) l;
    perform billing.lock_period(v_user, v_limits.period_anchor_day);
  end if;

  perform chatbot.interrupt_dead(v_user);
  update chatbot.completions c
  set cancel_requested = true
  where c.chat_id = p_chat_id and c.user_id = v_user and c.purpose = 'answer' and c.state in ('admitted', 'streaming')
    and (p_message_id is null or p_message_id in (c.user_message_id, c.id))
  returning c.id into v_running;
  if found then
    return v_running;
  end if;

  if not exists (select from public.chats c where c.id = p_chat_id and c.user_id = v_user) and (
    p_message_id is null
    or exists (select from chatbot.deleted_chats d where d.user_id = v_user and d.chat_id = p_chat_id)
  ) then
    perform chatbot.refuse('CB003', 'There is no such chat.');
  end if;

  if p_message_id is not null then
    perform chatbot.remember_stop(v_user, p_chat_id, p_message_id);
  end if;
  return null;
end
$$;

revoke all on function chatbot.request_stop from public;
grant execute on function chatbot.request_stop to authenticated;

-- schemas/functions/chatbot.require_account.sql

-- Refuses a caller whose account is gone, or is being erased: their token outlives it. Only the erasure itself goes on.
create function chatbot.require_account(p_is_erasing boolean)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not exists (
    select
    from auth.users u
    where u.id = auth.uid() and (p_is_erasing or not exists (select from chatbot.erasures e where e.user_id = u.id))
  ) then
    perform chatbot.refuse('CB001', 'The account of this token no longer exists.');
  end if;
end
$$;

revoke all on function chatbot.require_account from public;
grant execute on function chatbot.require_account to authenticated;

-- schemas/functions/chatbot.start_turn.sql

-- Makes room for the turn: stores or finds the user's message, takes what it replaces out of the history, and
-- returns the id of the message to answer.
create function chatbot.start_turn(
  p_user_id uuid,
  p_chat_id uuid,
  p_completion_id uuid,
  p_trigger text,
  p_message_id uuid,
  p_is_edit boolean,
  p_client_id text,
  p_content text,
  p_token_bound integer
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  -- So many are out of the history in a fraction of a second.
  c_furthest_back constant integer := 10000;
  v_message record;
  v_keep_to bigint;
  v_answered uuid;
begin
  if p_message_id is not null then
    select m.chat_id, m.user_id, m.seq, m.role, m.content, m.superseded_by
    into v_message
    from public.messages m
    where m.id = p_message_id;
  end if;

  if p_trigger = 'submit-message' then
    if v_message is null then
      insert into public.messages (id, chat_id, user_id, role, content, client_id, token_bound)
      values (p_message_id, p_chat_id, p_user_id, 'user', p_content, p_client_id, p_token_bound);
      return p_message_id;
    end if;

    if v_message.chat_id <> p_chat_id or v_message.user_id <> p_user_id or v_message.role <> 'user'
      or v_message.superseded_by is not null or (v_message.content <> p_content and not p_is_edit)
    then
      perform chatbot.refuse('CB006', 'The message id is taken. Send the message under a new id.');
    end if;

    -- A stale repeat must not take later turns out of the history: only what failed, or an edit, begins again here.
    if not p_is_edit and exists (
      select
      from public.messages m
      left join chatbot.completions c on c.id = m.id
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq > v_message.seq
        and (m.role = 'user' or coalesce(c.state, m.status) <> 'failed')
    ) then
      perform chatbot.refuse('CB006', 'The message was answered before. Send a new message, or edit this one.');
    end if;

    v_keep_to := v_message.seq;
    v_answered := p_message_id;
  else
    if p_message_id is null then
      select m.chat_id, m.user_id, m.seq, m.role, m.content, m.superseded_by
      into v_message
      from public.messages m
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null
      order by m.seq desc
      limit 1;
    end if;

    if v_message is null or v_message.chat_id <> p_chat_id or v_message.user_id <> p_user_id or v_message.superseded_by is not null then
      perform chatbot.refuse('CB003', 'There is no such message to regenerate.');
    end if;

    v_keep_to := v_message.seq - (v_message.role <> 'user')::integer;

    select m.id
    into v_answered
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq <= v_keep_to and m.role = 'user'
    order by m.seq desc
    limit 1;

    if v_answered is null then
      perform chatbot.refuse('CB003', 'There is no user message to answer.');
    end if;
  end if;

  if (
    select count(*)
    from (
      select
      from public.messages m
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq > v_keep_to
      limit c_furthest_back + 1
    ) later
  ) > c_furthest_back
  then
    perform chatbot.refuse('CB006', 'The message lies more than 10,000 messages back. Begin a new chat from there.');
  end if;

  update public.messages
  set superseded_by = p_completion_id
  where chat_id = p_chat_id and user_id = p_user_id and seq > v_keep_to and superseded_by is null;

  -- Last: it takes the lock on what the user stores, which who stores one of those answers takes when it has the answer's.
  update public.messages
  set content = p_content,
      token_bound = p_token_bound
  where p_trigger = 'submit-message' and id = p_message_id and content <> p_content;

  return v_answered;
end
$$;

revoke all on function chatbot.start_turn from public;

-- schemas/functions/chatbot.sweep_completions.sql

-- Ends completions whose lease ran out, and names them and those that were forgotten on their way, for the caller to wake. The forgotten
-- ones are marked as woken as they are named, and another run passes over them: so each is woken once, however many instances look, and one
-- whose wake-up is not sent, or is lost, or waits in a long queue, is named again after a pause that doubles each time.
-- Takes at most a batch: who gets as many as that of one kind asks again.
create function chatbot.sweep_completions(p_forgotten_after interval, p_longest_pause interval, p_batch integer)
returns table (queue text, completion_id uuid)
language sql
set search_path = ''
as $$
  with dead as (
    select d.id
    from chatbot.interrupt_dead() d (id)
  ),
  unpersisted as (
    select c.id
    from chatbot.completions c
    where c.ended_at is not null and c.persisted_at is null
      and coalesce(c.woken_at, c.ended_at) < now() - p_forgotten_after
      and (c.woken_at is null or c.woken_at < now() - least(p_longest_pause, c.woken_at - c.ended_at))
    order by coalesce(c.woken_at, c.ended_at)
    limit p_batch
    for update skip locked
  ),
  unrecorded as (
    select c.id
    from chatbot.completions c
    where c.persisted_at is not null and c.recorded_at is null
      and coalesce(c.woken_at, c.persisted_at) < now() - p_forgotten_after
      and (c.woken_at is null or c.woken_at < now() - least(p_longest_pause, c.woken_at - c.ended_at))
    order by coalesce(c.woken_at, c.persisted_at)
    limit p_batch
    for update skip locked
  ),
  forgotten as (
    select 'assistant-messages' as queue, u.id
    from unpersisted u
    union all
    select 'usage-events', u.id
    from unrecorded u
  ),
  woken as (
    update chatbot.completions c
    set woken_at = clock_timestamp()
    from forgotten f
    where c.id = f.id
  )
  select 'assistant-messages', d.id from dead d
  union all
  select f.queue, f.id from forgotten f;
$$;

revoke all on function chatbot.sweep_completions from public;
grant execute on function chatbot.sweep_completions to service_role;

-- schemas/functions/chatbot.take_stop.sql

-- Whether a stop of the answer to this message came before its send. It counts once.
create function chatbot.take_stop(p_user_id uuid, p_chat_id uuid, p_message_id uuid)
returns boolean
language sql
set search_path = ''
as $$
  with taken as (
    delete from chatbot.stop_requests s
    where s.user_id = p_user_id and s.chat_id = p_chat_id and s.message_id = p_message_id
    returning s.expires_at
  )
  select exists (select from taken t where t.expires_at > clock_timestamp());
$$;

revoke all on function chatbot.take_stop from public;

-- schemas/functions/chatbot.texts_to_count.sql

-- The prompt and the answer of a completion whose usage the provider did not report, to be counted. Where a text was counted before, its
-- count comes in its place. Where a text of the prompt was changed, completed or deleted since, it can no longer be counted: its bytes come
-- in its place, as no text has more tokens than bytes, so that deleting never refunds.
create function chatbot.texts_to_count(p_id uuid)
returns table (role text, content text, tokens integer)
language sql
stable
set search_path = ''
as $$
  select
    'system',
    case when t.tokens is null then ch.system_prompt end,
    t.tokens
  from chatbot.completions c
  cross join lateral (select c.prompt_bytes - coalesce(sum(b.bytes), 0)::integer as bytes from unnest(c.prompt_message_bytes) b (bytes)) s
  left join public.chats ch on ch.id = c.chat_id and ch.user_id = c.user_id and c.purpose = 'answer'
  cross join lateral (
    select case when octet_length(ch.system_prompt) is distinct from s.bytes then s.bytes else ch.system_prompt_tokens end as tokens
  ) t
  where c.id = p_id and s.bytes > 0
  union all
  select
    coalesce(m.role, 'user'),
    case when t.tokens is null then x.content end,
    t.tokens
  from chatbot.completions c
  cross join lateral unnest(c.prompt_message_ids, c.prompt_message_bytes) p (message_id, bytes)
  left join public.messages m on m.id = p.message_id and m.user_id = c.user_id
  cross join lateral (select case m.status when 'streaming' then chatbot.draft_text(m.id) else m.content end as content) x
  cross join lateral (
    select case
      when octet_length(x.content) is distinct from p.bytes then p.bytes
      when m.status = 'streaming' then null
      -- A bound that is not the number of bytes was counted when the text was stored.
      else coalesce(
        (select n.tokens from chatbot.token_counts n where n.message_id = m.id),
        case when m.token_bound <> p.bytes then m.token_bound end
      )
    end as tokens
  ) t
  where c.id = p_id
  union all
  select 'answer', chatbot.draft_text(p_id), null;
$$;

revoke all on function chatbot.texts_to_count from public;
grant execute on function chatbot.texts_to_count to service_role;

-- schemas/functions/chatbot.title_subject.sql

-- What a model makes a title of, once a chat has an answer; no row where the chat awaits none, or had its turn.
create function chatbot.title_subject(p_completion_id uuid)
returns table (user_id uuid, chat_id uuid, question text, answer text)
language sql
stable
set search_path = ''
as $$
  select c.user_id, c.chat_id, left(chatbot.first_question(h), 2000), left(a.content, 2000)
  from chatbot.completions c
  join public.chats h on h.id = c.chat_id and h.user_id = c.user_id
  join public.messages a on a.id = c.id and a.role = 'assistant'
  where c.id = p_completion_id and c.purpose = 'answer' and c.state = 'finished' and chatbot.awaits_title(h)
    and not exists (select from chatbot.completions t where t.chat_id = c.chat_id and t.user_id = c.user_id and t.purpose = 'title');
$$;

revoke all on function chatbot.title_subject from public;
grant execute on function chatbot.title_subject to service_role;

-- schemas/functions/chatbot.uncounted_texts.sql

-- Texts of a completion's chat that nobody has counted, the newest of them, p_bytes together but one at least; the system prompt
-- is that without an id.
create function chatbot.uncounted_texts(p_completion_id uuid, p_bytes integer)
returns table (message_id uuid, content text, changed_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select null::uuid, ch.system_prompt, ch.updated_at
  from chatbot.completions c
  join public.chats ch on ch.id = c.chat_id and ch.user_id = c.user_id
  where c.id = p_completion_id and ch.system_prompt is not null and ch.system_prompt_tokens is null
  union all
  select m.id, m.content, n.changed_at
  from (
    select u.message_id, u.changed_at, row_number() over w as place, sum(u.bytes) over w as bytes
    from (
      select t.message_id, t.changed_at, octet_length(m.content) as bytes
      from chatbot.completions c
      join chatbot.token_counts t on t.chat_id = c.chat_id and t.tokens is null
      join public.messages m on m.id = t.message_id and m.user_id = c.user_id and m.status <> 'streaming'
      where c.id = p_completion_id
      order by t.changed_at desc
      limit 100
    ) u
    window w as (order by u.changed_at desc, u.message_id)
  ) n
  join public.messages m on m.id = n.message_id
  where n.bytes <= p_bytes or n.place = 1;
$$;

revoke all on function chatbot.uncounted_texts from public;
grant execute on function chatbot.uncounted_texts to service_role;

-- schemas/views/billing.report_alerts.sql

create view billing.report_alerts as
select
  a.id,
  a.kind,
  a.user_id,
  a.facts ->> 'cap' as cap,
  (a.facts ->> 'percent')::numeric as percent,
  (a.facts ->> 'limit')::numeric as cap_limit,
  (a.facts ->> 'used')::numeric as used,
  (a.facts ->> 'periodStart')::timestamptz as starts_at,
  (a.facts ->> 'resetsAt')::timestamptz as resets_at,
  a.facts ->> 'provider' as provider,
  (a.facts ->> 'day')::date as day,
  a.facts ->> 'model' as model,
  (a.facts ->> 'ratio')::numeric as ratio,
  a.created_at,
  a.attempts,
  a.delivered_at,
  a.failed_at
from billing.usage_alerts a;

revoke all on billing.report_alerts from public, anon, authenticated;
grant select on billing.report_alerts to billing_reader, service_role;

comment on view billing.report_alerts is 'Alerts, and what became of them.';
comment on column billing.report_alerts.id is 'The alert''s id, as it is sent.';
comment on column billing.report_alerts.kind is 'cap_warning, cap_reached or reconciliation.';
comment on column billing.report_alerts.user_id is 'The user; null where it is about the whole deployment.';
comment on column billing.report_alerts.cap is 'Which cap; null, like the next five, where it is about none.';
comment on column billing.report_alerts.percent is 'How much of the cap was used.';
comment on column billing.report_alerts.cap_limit is 'The limit, in tokens or in the currency of the prices.';
comment on column billing.report_alerts.used is 'How much of it was used.';
comment on column billing.report_alerts.starts_at is 'The start of the period or day that the cap counts.';
comment on column billing.report_alerts.resets_at is 'When it starts anew.';
comment on column billing.report_alerts.provider is 'Whose figures differ; null, like the next three, where it is about a cap.';
comment on column billing.report_alerts.day is 'Which day''s.';
comment on column billing.report_alerts.model is 'Which model''s.';
comment on column billing.report_alerts.ratio is 'Our tokens by the provider''s.';
comment on column billing.report_alerts.created_at is 'When it was raised.';
comment on column billing.report_alerts.attempts is 'How often it was sent.';
comment on column billing.report_alerts.delivered_at is 'When the receiver took it.';
comment on column billing.report_alerts.failed_at is 'When it was given up.';

-- schemas/views/billing.report_daily.sql

create view billing.report_daily as
select
  d.day,
  d.user_id,
  d.model,
  d.purpose,
  d.payer,
  d.calls,
  d.input_tokens,
  d.cached_input_tokens,
  d.cache_write_tokens,
  d.output_tokens,
  d.reasoning_tokens,
  d.cost
from billing.usage_daily d;

revoke all on billing.report_daily from public, anon, authenticated;
grant select on billing.report_daily to billing_reader, service_role;

comment on view billing.report_daily is 'One row per day, user, model, purpose and payer.';
comment on column billing.report_daily.day is 'The day in UTC; what is known only after a period was closed counts to the day on which it became known.';
comment on column billing.report_daily.user_id is 'The user.';
comment on column billing.report_daily.model is 'The model, as it is named in the settings.';
comment on column billing.report_daily.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.report_daily.payer is 'platform, or own_key: on the user''s own key.';
comment on column billing.report_daily.calls is 'Model calls, each attempt for itself.';
comment on column billing.report_daily.input_tokens is 'Tokens of the prompts, cached ones included.';
comment on column billing.report_daily.cached_input_tokens is 'Those of the prompts that the provider had cached.';
comment on column billing.report_daily.cache_write_tokens is 'Those of the prompts that the provider wrote to its cache.';
comment on column billing.report_daily.output_tokens is 'Tokens of the answers, reasoning included.';
comment on column billing.report_daily.reasoning_tokens is 'Those of the answers that are reasoning.';
comment on column billing.report_daily.cost is 'In the currency of the prices; 0 on own keys.';

-- schemas/views/billing.report_ledger.sql

create view billing.report_ledger as
select
  e.id,
  e.completion_id,
  e.attempt,
  e.user_id,
  e.chat_id,
  e.purpose,
  e.model,
  e.payer,
  e.quality,
  e.input_tokens,
  e.cached_input_tokens,
  e.cache_write_tokens,
  e.output_tokens,
  e.reasoning_tokens,
  e.input_rate,
  e.cached_input_rate,
  e.cache_write_rate,
  e.output_rate,
  e.reasoning_rate,
  e.cost,
  e.currency,
  e.price_id,
  e.period_start,
  e.day,
  e.occurred_at,
  e.recorded_at,
  e.rejected_report
from billing.usage_events e;

revoke all on billing.report_ledger from public, anon, authenticated;
grant select on billing.report_ledger to billing_reader, service_role;

comment on view billing.report_ledger is 'The ledger: one row per call, and one per correction of a row. Rows are added, never changed.';
comment on column billing.report_ledger.id is 'Sent to the provider with the call as X-Client-Request-Id; an adjustment has one of its own.';
comment on column billing.report_ledger.completion_id is 'The answer, also the id of its message.';
comment on column billing.report_ledger.attempt is 'Which call of the answer, from 1.';
comment on column billing.report_ledger.user_id is 'The user.';
comment on column billing.report_ledger.chat_id is 'The chat, which may have been deleted since.';
comment on column billing.report_ledger.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.report_ledger.model is 'The model, as it is named in the settings.';
comment on column billing.report_ledger.payer is 'platform, or own_key.';
comment on column billing.report_ledger.quality is 'reported by the provider; estimated, as no report came; adjustment, to what became known later.';
comment on column billing.report_ledger.input_tokens is 'Tokens of the prompt, cached ones included; of an adjustment the difference.';
comment on column billing.report_ledger.cached_input_tokens is 'Those of the prompt that the provider had cached.';
comment on column billing.report_ledger.cache_write_tokens is 'Those of the prompt that the provider wrote to its cache.';
comment on column billing.report_ledger.output_tokens is 'Tokens of the answer, reasoning included.';
comment on column billing.report_ledger.reasoning_tokens is 'Those of the answer that are reasoning.';
comment on column billing.report_ledger.input_rate is 'Price of a million uncached input tokens when the call was admitted.';
comment on column billing.report_ledger.cached_input_rate is 'Price of a million cached input tokens.';
comment on column billing.report_ledger.cache_write_rate is 'Price of a million input tokens that were written to the cache.';
comment on column billing.report_ledger.output_rate is 'Price of a million output tokens that are no reasoning.';
comment on column billing.report_ledger.reasoning_rate is 'Price of a million reasoning tokens.';
comment on column billing.report_ledger.cost is 'The tokens of each kind at their rates, exactly; 0 on own keys.';
comment on column billing.report_ledger.currency is 'ISO 4217.';
comment on column billing.report_ledger.price_id is 'The row of report_prices that the rates are from.';
comment on column billing.report_ledger.period_start is 'The period that it counts to; later than the call''s own where that was closed.';
comment on column billing.report_ledger.day is 'The day in UTC that it counts to.';
comment on column billing.report_ledger.occurred_at is 'When the call was admitted.';
comment on column billing.report_ledger.recorded_at is 'When the row was written.';
comment on column billing.report_ledger.rejected_report is 'What the provider reported, where that was not possible and the row is an estimate.';

-- schemas/views/billing.report_periods.sql

create view billing.report_periods as
select
  p.user_id,
  p.period_start,
  p.period_end,
  p.status,
  p.tokens,
  p.cost,
  p.own_key_tokens,
  encode(s.content_hash, 'hex') as statement_hash
from billing.usage_periods p
left join billing.statements s on s.period_start = p.period_start and s.user_id = p.user_id;

revoke all on billing.report_periods from public, anon, authenticated;
grant select on billing.report_periods to billing_reader, service_role;

comment on view billing.report_periods is 'One row per user and period.';
comment on column billing.report_periods.user_id is 'The user, as in auth.users; an id of nobody once the account is erased.';
comment on column billing.report_periods.period_start is 'When the period begins.';
comment on column billing.report_periods.period_end is 'When it ends; this moment belongs to the next.';
comment on column billing.report_periods.status is 'open; blocked: the smallest send no longer fits; closed: frozen in a statement.';
comment on column billing.report_periods.tokens is 'Input and output tokens that the platform pays for.';
comment on column billing.report_periods.cost is 'What they cost, in the currency of the prices.';
comment on column billing.report_periods.own_key_tokens is 'Tokens on the user''s own key, which cost the platform nothing.';
comment on column billing.report_periods.statement_hash is 'SHA-256 of the statement in hexadecimal; null until the period is closed, or where nothing was used.';

-- schemas/views/billing.report_plans.sql

create view billing.report_plans as
select
  p.id,
  p.name,
  p.is_default,
  p.token_cap,
  p.cost_cap,
  p.own_key_token_cap,
  p.daily_token_cap,
  p.daily_cost_cap,
  p.period_anchor_day,
  p.requests_per_minute,
  p.concurrent_streams,
  p.max_output_tokens,
  p.models_allowed,
  p.stops_at_cap
from billing.plans p;

revoke all on billing.report_plans from public, anon, authenticated;
grant select on billing.report_plans to billing_reader, service_role;

comment on view billing.report_plans is 'Plans, as they are now.';
comment on column billing.report_plans.id is 'Of the operator''s choice.';
comment on column billing.report_plans.name is 'For people to read.';
comment on column billing.report_plans.is_default is 'Whether it is for everybody who has no other.';
comment on column billing.report_plans.token_cap is 'Input and output tokens per period that the platform pays for; null is no cap.';
comment on column billing.report_plans.cost_cap is 'Cost per period, in the currency of the prices; null is no cap.';
comment on column billing.report_plans.own_key_token_cap is 'Tokens per period on the user''s own key; null is no cap.';
comment on column billing.report_plans.daily_token_cap is 'Tokens per day in UTC; null is no cap.';
comment on column billing.report_plans.daily_cost_cap is 'Cost per day in UTC; null is no cap.';
comment on column billing.report_plans.period_anchor_day is 'The day of the month on which a period begins, in UTC.';
comment on column billing.report_plans.requests_per_minute is 'Sends a minute.';
comment on column billing.report_plans.concurrent_streams is 'Answers at once.';
comment on column billing.report_plans.max_output_tokens is 'Of one answer, reasoning included.';
comment on column billing.report_plans.models_allowed is 'Null is every model that has a price.';
comment on column billing.report_plans.stops_at_cap is 'Whether answers that are being written are stopped when a cap is reached.';

-- schemas/views/billing.report_prices.sql

create view billing.report_prices as
select m.id, m.model, m.valid_from, m.input, m.cached_input, m.cache_write, m.output, m.reasoning, m.currency
from billing.model_prices m;

revoke all on billing.report_prices from public, anon, authenticated;
grant select on billing.report_prices to billing_reader, service_role;

comment on view billing.report_prices is 'Prices, each in force until the next of its model.';
comment on column billing.report_prices.id is 'What rows of the ledger refer to.';
comment on column billing.report_prices.model is 'The model.';
comment on column billing.report_prices.valid_from is 'From when it is in force.';
comment on column billing.report_prices.input is 'Of a million uncached input tokens.';
comment on column billing.report_prices.cached_input is 'Of a million cached input tokens.';
comment on column billing.report_prices.cache_write is 'Of a million input tokens that the provider wrote to its cache.';
comment on column billing.report_prices.output is 'Of a million output tokens that are no reasoning.';
comment on column billing.report_prices.reasoning is 'Of a million reasoning tokens.';
comment on column billing.report_prices.currency is 'ISO 4217.';

-- schemas/views/billing.report_reached_caps.sql

create view billing.report_reached_caps as
select
  nullif(r.user_id, '00000000-0000-0000-0000-000000000000') as user_id,
  r.cap,
  r.starts_at,
  r.resets_at,
  r.reached_at,
  r.cap_limit,
  r.used
from billing.reached_caps r;

revoke all on billing.report_reached_caps from public, anon, authenticated;
grant select on billing.report_reached_caps to billing_reader, service_role;

comment on view billing.report_reached_caps is
  'Caps that were reached: the smallest send no longer fitted, or a send was refused for it. One row per user, cap and period or day; a limit that is changed begins anew.';
comment on column billing.report_reached_caps.user_id is 'The user; null for a cap of the whole deployment.';
comment on column billing.report_reached_caps.cap is 'Which cap.';
comment on column billing.report_reached_caps.starts_at is 'The start of the period or day that it counts.';
comment on column billing.report_reached_caps.resets_at is 'When it starts anew.';
comment on column billing.report_reached_caps.reached_at is 'When it was last reached.';
comment on column billing.report_reached_caps.cap_limit is 'The limit at that time, in tokens or in the currency of the prices.';
comment on column billing.report_reached_caps.used is 'How much of it was used then.';

-- schemas/views/billing.report_reconciliations.sql

create view billing.report_reconciliations as
select
  r.provider,
  r.day,
  r.model,
  r.input_tokens,
  r.output_tokens,
  r.requests,
  r.provider_input_tokens,
  r.provider_output_tokens,
  r.provider_requests,
  r.ratio,
  r.compared_at
from billing.reconciliations r;

revoke all on billing.report_reconciliations from public, anon, authenticated;
grant select on billing.report_reconciliations to billing_reader, service_role;

comment on view billing.report_reconciliations is 'What days of the ledger came to, beside what the provider says of them.';
comment on column billing.report_reconciliations.provider is 'openai or azure.';
comment on column billing.report_reconciliations.day is 'The day in UTC.';
comment on column billing.report_reconciliations.model is 'Ours; or the provider''s name for it, where nothing here goes by it.';
comment on column billing.report_reconciliations.input_tokens is 'In the ledger, cached ones included; without own keys.';
comment on column billing.report_reconciliations.output_tokens is 'In the ledger, reasoning included.';
comment on column billing.report_reconciliations.requests is 'Calls in the ledger.';
comment on column billing.report_reconciliations.provider_input_tokens is 'As the provider counts them.';
comment on column billing.report_reconciliations.provider_output_tokens is 'As the provider counts them.';
comment on column billing.report_reconciliations.provider_requests is 'Null where the provider does not say.';
comment on column billing.report_reconciliations.ratio is 'Our tokens by the provider''s; null where the provider has none.';
comment on column billing.report_reconciliations.compared_at is 'When the two were compared.';

-- schemas/views/billing.report_refusals.sql

create view billing.report_refusals as
select r.day, r.user_id, r.kind, r.cap, r.count, r.first_at, r.last_at
from billing.refusals r;

revoke all on billing.report_refusals from public, anon, authenticated;
grant select on billing.report_refusals to billing_reader, service_role;

comment on view billing.report_refusals is 'What limits refused: one row per day, user, kind of limit and cap.';
comment on column billing.report_refusals.day is 'The day in UTC.';
comment on column billing.report_refusals.user_id is 'The user.';
comment on column billing.report_refusals.kind is
  'cap: used up; reserved: held by running answers; rate: requests a minute; streams: answers at once; quota: what may be stored; blocked: the account; model: not on the plan.';
comment on column billing.report_refusals.cap is 'Which cap; empty where the limit is none.';
comment on column billing.report_refusals.count is 'How many requests were refused.';
comment on column billing.report_refusals.first_at is 'The first of the day.';
comment on column billing.report_refusals.last_at is 'The last of the day.';

-- schemas/views/billing.report_statements.sql

create view billing.report_statements as
select s.user_id, s.period_start, s.body, encode(s.content_hash, 'hex') as content_hash, s.created_at
from billing.statements s;

revoke all on billing.report_statements from public, anon, authenticated;
grant select on billing.report_statements to billing_reader, service_role;

comment on view billing.report_statements is 'Closed periods, frozen.';
comment on column billing.report_statements.user_id is 'The user.';
comment on column billing.report_statements.period_start is 'When the period begins.';
comment on column billing.report_statements.body is 'Totals, a line per purpose, model and payer, and adjustments of earlier periods.';
comment on column billing.report_statements.content_hash is 'SHA-256 of the body''s text in hexadecimal.';
comment on column billing.report_statements.created_at is 'When the period was closed.';

-- schemas/views/billing.report_user_plans.sql

create view billing.report_user_plans as
select
  u.user_id,
  u.plan_id,
  u.token_cap,
  u.cost_cap,
  u.own_key_token_cap,
  u.daily_token_cap,
  u.daily_cost_cap,
  u.period_anchor_day,
  u.requests_per_minute,
  u.concurrent_streams,
  u.max_output_tokens,
  u.blocked_reason is not null as is_blocked,
  u.created_at,
  u.updated_at
from billing.user_plans u;

revoke all on billing.report_user_plans from public, anon, authenticated;
grant select on billing.report_user_plans to billing_reader, service_role;

comment on view billing.report_user_plans is 'Who is on another plan than the default one, or has limits of their own; without what operators wrote of them.';
comment on column billing.report_user_plans.user_id is 'The user.';
comment on column billing.report_user_plans.plan_id is 'The plan.';
comment on column billing.report_user_plans.token_cap is 'Instead of the plan''s; null is as in the plan, here and below.';
comment on column billing.report_user_plans.cost_cap is 'Cost per period, in the currency of the prices.';
comment on column billing.report_user_plans.own_key_token_cap is 'Tokens per period on the user''s own key.';
comment on column billing.report_user_plans.daily_token_cap is 'Tokens per day in UTC.';
comment on column billing.report_user_plans.daily_cost_cap is 'Cost per day in UTC.';
comment on column billing.report_user_plans.period_anchor_day is 'The day of the month on which their periods begin.';
comment on column billing.report_user_plans.requests_per_minute is 'Sends a minute.';
comment on column billing.report_user_plans.concurrent_streams is 'Answers at once.';
comment on column billing.report_user_plans.max_output_tokens is 'Of one answer.';
comment on column billing.report_user_plans.is_blocked is 'Whether an operator blocked the account.';
comment on column billing.report_user_plans.created_at is 'Since when they have a plan of their own.';
comment on column billing.report_user_plans.updated_at is 'When it was last changed.';

-- schemas/views/chatbot.accounts.sql

create view chatbot.accounts as
select u.id
from auth.users u
where not exists (select from chatbot.erasures e where e.user_id = u.id);

comment on view chatbot.accounts is 'Who has an account that is not being erased: what the service writes of anybody else would outlive them.';
comment on column chatbot.accounts.id is 'As in auth.users, which the service may not read.';

revoke all on chatbot.accounts from public, anon, authenticated, service_role;
grant select on chatbot.accounts to service_role;

-- schemas/data/billing.model_prices.sql

-- Public list prices in US dollars per million tokens, as published by OpenAI for the standard tier.
-- Reasoning tokens are billed as output.
insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
values
  ('gpt-4o', '2024-10-01T00:00:00Z', 2.50, 1.25, 10.00, 10.00),
  ('gpt-4o-mini', '2024-10-01T00:00:00Z', 0.15, 0.075, 0.60, 0.60),
  ('gpt-4.1', '2025-04-14T00:00:00Z', 2.00, 0.50, 8.00, 8.00),
  ('gpt-4.1-mini', '2025-04-14T00:00:00Z', 0.40, 0.10, 1.60, 1.60),
  ('gpt-4.1-nano', '2025-04-14T00:00:00Z', 0.10, 0.025, 0.40, 0.40);

-- schemas/data/billing.plans.sql

insert into billing.plans (id, name, is_default, token_cap, cost_cap, own_key_token_cap)
values ('free', 'Free', true, 1000000, 10, 10000000);
