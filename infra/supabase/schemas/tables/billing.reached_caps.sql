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
