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
