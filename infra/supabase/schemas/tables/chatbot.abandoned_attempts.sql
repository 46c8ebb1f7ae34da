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
