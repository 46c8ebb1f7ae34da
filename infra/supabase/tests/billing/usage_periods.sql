begin;
\ir ../cells.psql
select plan(76);

select pg_temp.given($$
  insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost)
  values
    ({owner}, billing.period_start(now()), billing.period_end(billing.period_start(now())), 100, 1),
    ({neighbour}, billing.period_start(now()), billing.period_end(billing.period_start(now())), 200, 2)
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.usage_periods$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_periods (user_id, period_start, period_end) values ({stranger}, '2030-01-01', '2030-02-01')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.usage_periods set tokens = 0$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.usage_periods$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_periods (user_id, period_start, period_end)
      values ({owner}, billing.period_start(now()), billing.period_end(now()))
      on conflict (user_id, period_start) do update set tokens = 0$$),
  ('1         0         denied    denied    0         0         0         22P02',
    $$select from billing.standing() where tokens_used = 100 and cost_used = 1$$);
select pg_temp.check_cells('billing.usage_periods');

select pg_temp.grant_everything('billing.usage_periods');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.usage_periods$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.usage_periods (user_id, period_start, period_end) values ({stranger}, '2030-01-01', '2030-02-01')$$),
  ('0         0         0         -         -         0         0         0', $$update billing.usage_periods set tokens = 0$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.usage_periods$$);
select pg_temp.check_cells('billing.usage_periods');

insert into refusals (refused_by, statement)
values
  ('usage_periods_status_known', $$update billing.usage_periods set status = 'lost'$$),
  ('usage_periods_in_order', $$update billing.usage_periods set period_end = period_start$$),
  ('usage_periods_not_negative', $$update billing.usage_periods set tokens = -1$$);
select pg_temp.check_refusals();

select pg_temp.given($$update billing.usage_periods set tokens = 1 where user_id = {owner}$$);
select isnt_empty(
  pg_temp.with_names($$select from billing.usage_periods where user_id = {owner} and updated_at > now()$$),
  'a change shows its time'
);

select * from finish();
rollback;
