begin;
\ir ../cells.psql
select plan(89);

select pg_temp.given($$
  insert into billing.refusals (user_id, day, kind, cap, count, first_at, last_at)
  values ({owner}, '2030-01-02', 'cap', 'tokens', 1, now(), now()), ({neighbour}, '2030-01-02', 'rate', '', 2, now(), now())
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.refusals$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.refusals (user_id, day, kind, count, first_at, last_at) values ({stranger}, '2030-01-02', 'streams', 1, now(), now())$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.refusals set count = 9$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.refusals$$),
  ('denied    denied    denied    1         denied    denied    denied    denied', $$select billing.record_refusals('[]')$$),
  ('1         0         denied    denied    0         0         0         22P02',
    $$select from billing.my_refusals('2030-01-01') where (kind, cap, count) = ('cap', 'tokens', 1)$$),
  ('0         0         denied    denied    0         0         0         22P02', $$select from billing.my_refusals('2030-01-03')$$);
select pg_temp.check_cells('billing.refusals');

select pg_temp.grant_everything('billing.refusals');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.refusals$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.refusals (user_id, day, kind, count, first_at, last_at) values ({stranger}, '2030-01-02', 'streams', 1, now(), now())$$),
  ('0         0         0         -         -         0         0         0', $$update billing.refusals set count = 9$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.refusals$$);
select pg_temp.check_cells('billing.refusals');

insert into refusals (refused_by, statement)
values
  ('refusals_pkey',
    $$insert into billing.refusals (user_id, day, kind, cap, count, first_at, last_at) values ({owner}, '2030-01-02', 'cap', 'tokens', 1, now(), now())$$),
  ('refusals_account_fkey',
    $$insert into billing.refusals (user_id, day, kind, count, first_at, last_at) values (gen_random_uuid(), '2030-01-02', 'rate', 1, now(), now())$$),
  ('refusals_kind_known', $$update billing.refusals set kind = 'mood', cap = ''$$),
  ('refusals_cap_known', $$update billing.refusals set cap = 'hat' where cap <> ''$$),
  ('refusals_of_caps_name_them', $$update billing.refusals set cap = ''$$),
  ('refusals_of_caps_name_them', $$update billing.refusals set cap = 'cost'$$),
  ('refusals_counted', $$update billing.refusals set count = 0$$),
  ('refusals_in_order', $$update billing.refusals set first_at = last_at + interval '1 second'$$);
select pg_temp.check_refusals();

select pg_temp.given($$
  select billing.record_refusals(jsonb_build_array(
    jsonb_build_object('userId', {owner}, 'kind', 'rate', 'cap', '', 'count', 3, 'firstSecondsAgo', 2, 'lastSecondsAgo', 0.5),
    jsonb_build_object('userId', {stranger}, 'kind', 'rate', 'cap', '', 'count', 1, 'firstSecondsAgo', 0, 'lastSecondsAgo', 0)
  ));
  select billing.record_refusals(jsonb_build_array(
    jsonb_build_object('userId', {owner}, 'kind', 'rate', 'cap', '', 'count', 4, 'firstSecondsAgo', 1, 'lastSecondsAgo', 0)
  ))
$$);
select results_eq(
  pg_temp.with_names($$
    select r.count, r.last_at - r.first_at between interval '1.5 seconds' and interval '10 seconds'
    from billing.refusals r
    where r.kind = 'rate' and r.user_id in ({owner}, {stranger})
    order by r.count desc
  $$),
  $$values (7::bigint, true), (1::bigint, false)$$,
  'what is refused again is counted to its row, from the first to the last'
);

select * from finish();
rollback;
