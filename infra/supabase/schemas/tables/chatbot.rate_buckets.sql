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
