-- Token buckets: tokens left at updated_at; refilled by the time that has passed when next looked at.
create table chatbot.rate_buckets (
  user_id uuid not null,
  kind text not null,
  tokens double precision not null,
  updated_at timestamptz not null default now(),
  constraint rate_buckets_pkey primary key (user_id, kind),
  constraint rate_buckets_kind_known check (kind in ('send')),
  constraint rate_buckets_tokens_positive check (tokens >= 0)
);

alter table chatbot.rate_buckets enable row level security;
alter table chatbot.rate_buckets force row level security;
revoke all on chatbot.rate_buckets from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.rate_buckets to service_role;
