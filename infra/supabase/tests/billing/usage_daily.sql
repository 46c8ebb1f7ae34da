begin;
\ir ../cells.psql
select plan(65);

select pg_temp.given($$
  insert into billing.usage_daily (user_id, day, model, purpose, payer, calls)
  values ({owner}, '2030-01-02', 'parrot', 'answer', 'platform', 1), ({neighbour}, '2030-01-02', 'parrot', 'answer', 'platform', 2)
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.usage_daily$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_daily (user_id, day, model, purpose, payer)
      values ({stranger}, '2030-01-02', 'parrot', 'answer', 'platform')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.usage_daily set calls = 0$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.usage_daily$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_daily (user_id, day, model, purpose, payer)
      values ({owner}, '2030-01-02', 'parrot', 'answer', 'platform')
      on conflict (user_id, day, model, purpose, payer) do update set calls = 0$$);
select pg_temp.check_cells('billing.usage_daily');

select pg_temp.grant_everything('billing.usage_daily');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.usage_daily$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.usage_daily (user_id, day, model, purpose, payer)
      values ({stranger}, '2030-01-02', 'parrot', 'answer', 'platform')$$),
  ('0         0         0         -         -         0         0         0', $$update billing.usage_daily set calls = 0$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.usage_daily$$);
select pg_temp.check_cells('billing.usage_daily');

insert into refusals (refused_by, statement)
values
  ('usage_daily_pkey',
    $$insert into billing.usage_daily (user_id, day, model, purpose, payer)
      values ({owner}, '2030-01-02', 'parrot', 'answer', 'platform')$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
