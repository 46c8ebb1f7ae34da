begin;
\ir ../cells.psql
select plan(82);

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
    $$select from billing.usage_summary() where (cap, used) in (('tokens', 100), ('cost', 1)) having count(*) = 2$$);
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
  ('usage_periods_in_order', $$update billing.usage_periods set period_end = period_start$$);
select pg_temp.check_refusals();

select pg_temp.given($$update billing.usage_periods set tokens = 1 where user_id = {owner}$$);
select isnt_empty(
  pg_temp.with_names($$select from billing.usage_periods where user_id = {owner} and updated_at > now()$$),
  'a change shows its time'
);


-- Periods, by the day of the month that they begin on; months of 28, 29, 30 and 31 days.
select results_eq(
  $$
    select to_char(billing.period_start(at, day) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
      || ' ' || to_char(billing.period_end(at, day) at time zone 'UTC', 'YYYY-MM-DD')
    from (
      values
        (1, timestamptz '2027-02-28T23:59:59.999999Z', 1),
        (2, '2027-03-01T00:00:00Z', 1),
        (3, '2027-01-14T23:59:59.999999Z', 15),
        (4, '2027-01-15T00:00:00Z', 15),
        (5, '2027-02-27T23:59:59.999999Z', 31),
        (6, '2027-02-28T00:00:00Z', 31),
        (7, '2028-02-28T12:00:00Z', 31),
        (8, '2028-02-29T00:00:00Z', 31),
        (9, '2028-02-29T00:00:00Z', 29),
        (10, '2027-04-30T00:00:00Z', 31),
        (11, '2027-12-31T00:00:00Z', 31)
    ) t (position, at, day)
    order by position
  $$,
  array[
    '2027-02-01 00:00:00.000000 2027-03-01',
    '2027-03-01 00:00:00.000000 2027-04-01',
    '2026-12-15 00:00:00.000000 2027-01-15',
    '2027-01-15 00:00:00.000000 2027-02-15',
    '2027-01-31 00:00:00.000000 2027-02-28',
    '2027-02-28 00:00:00.000000 2027-03-31',
    '2028-01-31 00:00:00.000000 2028-02-29',
    '2028-02-29 00:00:00.000000 2028-03-31',
    '2028-02-29 00:00:00.000000 2028-03-29',
    '2027-04-30 00:00:00.000000 2027-05-31',
    '2027-12-31 00:00:00.000000 2028-01-31'
  ],
  'a period begins on its day, or on the last of a shorter month'
);
select is_empty(
  $$
    select at, day
    from generate_series(timestamptz '2027-01-01T00:00:00Z', '2029-01-01T00:00:00Z', interval '6 hours') at
    cross join generate_series(1, 31) day
    where billing.period_start(at, day) > at or billing.period_end(at, day) <= at
      or billing.period_end(billing.period_start(at, day), day) <> billing.period_end(at, day)
      or billing.period_start(billing.period_end(at, day), day) <> billing.period_end(at, day)
  $$,
  'each moment of two years is in one period, and the next begins where it ends'
);

-- A period that is there goes on to its end, and the next begins there, whatever the day is now.
select pg_temp.given($$
  insert into billing.usage_periods (user_id, period_start, period_end) values ({stranger}, now() - interval '3 days', now() + interval '2 days')
$$);
select is(
  (select p.period_end from billing.current_period(md5('stranger')::uuid, extract(day from now() + interval '1 day')::integer) p),
  now() + interval '2 days',
  'a day that was moved is none within a period'
);
select pg_temp.given($$update billing.usage_periods set period_end = now() - interval '1 day' where user_id = {stranger}$$);
select results_eq(
  $$
    select p.period_start, p.period_end
    from billing.current_period(md5('stranger')::uuid, extract(day from now() at time zone 'UTC' - interval '2 days')::integer) p
  $$,
  $$
    select now() - interval '1 day', billing.period_end(now(), extract(day from now() at time zone 'UTC' - interval '2 days')::integer)
  $$,
  'the next begins where the last has ended'
);
select pg_temp.given($$
  select billing.lock_period({stranger}, 1);
$$);
select is((select count(*) from billing.usage_periods where user_id = md5('stranger')::uuid), 2::bigint, 'and is made by who asks first');
select pg_temp.given($$select billing.lock_period({stranger}, 1)$$);
select is((select count(*) from billing.usage_periods where user_id = md5('stranger')::uuid), 2::bigint, 'once');
select ok(
  (select bool_and(p.period_end >= 'now') from billing.lock_period(md5('stranger')::uuid, 15) p), 'also by another day'
);

select * from finish();
rollback;
