begin;
\ir ../cells.psql
select plan(75);

select pg_temp.given($$
  insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
  values
    ({answer}, {owner}, billing.period_start(now()), 'platform', 100, 1, '2030-01-01'),
    ({neighbours_answer}, {neighbour}, billing.period_start(now()), 'platform', 200, 2, '2030-01-01')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.usage_reservations$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
      values ({new}, {stranger}, '2030-01-01', 'platform', 1, 0, '2030-01-01')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.usage_reservations set tokens = 1$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.usage_reservations$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
      values ({answer}, {owner}, '2030-01-01', 'platform', 1, 0, '2030-01-01')
      on conflict (completion_id) do update set tokens = excluded.tokens$$),
  ('1         0         denied    denied    0         0         0         22P02',
    $$select from billing.usage_summary() where cap = 'tokens' and reserved = 100 and reserved_by = array[{answer}]$$);
select pg_temp.check_cells('billing.usage_reservations');

select pg_temp.grant_everything('billing.usage_reservations');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.usage_reservations$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
      values ({new}, {stranger}, '2030-01-01', 'platform', 1, 0, '2030-01-01')$$),
  ('0         0         0         -         -         0         0         0', $$update billing.usage_reservations set tokens = 1$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.usage_reservations$$);
select pg_temp.check_cells('billing.usage_reservations');

insert into refusals (refused_by, statement)
values
  ('usage_reservations_payer_known', $$update billing.usage_reservations set payer = 'nobody'$$),
  ('usage_reservations_positive', $$update billing.usage_reservations set tokens = 0$$),
  ('usage_reservations_positive', $$update billing.usage_reservations set cost = -1$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
