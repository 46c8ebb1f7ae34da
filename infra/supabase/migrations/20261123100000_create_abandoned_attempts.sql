alter table chatbot.completions
  -- The id of the ledger row that the current call gets, fixed before the call; null where it is the completion's own, as for a first call.
  add column attempt_id uuid,
  -- Whether what the answer was to replace comes back where it failed: an answer given anew, not one to another question.
  add column gives_back boolean not null default false,
  -- What the provider's content filter objected to, in its words.
  add column content_filter text[],
  -- When somebody at an instance that does not write the answer last said that they read it.
  add column followed_at timestamptz,
  add constraint completions_content_filter_length check (cardinality(content_filter) <= 20);

-- Calls that a model took and that were given up before their first token: another call followed in their place, and the
-- provider may charge for the prompt all the same.
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

-- A regenerate that failed gives back what it took out of the history.
create index messages_superseded on public.messages (superseded_by) where superseded_by is not null;
