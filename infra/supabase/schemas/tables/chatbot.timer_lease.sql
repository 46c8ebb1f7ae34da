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
