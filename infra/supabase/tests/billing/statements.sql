begin;
\ir ../cells.psql
select plan(83);

select pg_temp.given($$
  insert into billing.statements (user_id, period_start, body, content_hash)
  values ({owner}, '2030-01-01', '{}', sha256('{}')), ({neighbour}, '2030-01-01', '{}', sha256('{}'))
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.statements$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.statements (user_id, period_start, body, content_hash) values ({stranger}, '2030-01-01', '{}', sha256('{}'))$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$update billing.statements set body = '{}'$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$delete from billing.statements$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$truncate billing.statements$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied',
    $$insert into billing.statements (user_id, period_start, body, content_hash) values ({owner}, '2030-01-01', '{}', sha256('{}'))
      on conflict (period_start, user_id) do update set body = '{}'$$);
select pg_temp.check_cells('billing.statements');

select pg_temp.grant_everything('billing.statements');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.statements$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.statements (user_id, period_start, body, content_hash) values ({stranger}, '2030-01-01', '{}', sha256('{}'))$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$update billing.statements set body = '{}'$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$delete from billing.statements$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$truncate billing.statements$$);
select pg_temp.check_cells('billing.statements');

insert into refusals (refused_by, statement)
values
  ('statements_pkey',
    $$insert into billing.statements (user_id, period_start, body, content_hash)
      values ({owner}, '2030-01-01', '{}', sha256(''))$$),
  ('statements_hash_is_sha256',
    $$insert into billing.statements (user_id, period_start, body, content_hash) values ({stranger}, '2030-01-01', '{}', '')$$);
select pg_temp.check_refusals();

select throws_ok($$update billing.statements set body = '{}'$$, 'CB090', null, 'a statement is not edited, even by its owner');
select throws_ok($$delete from billing.statements$$, 'CB090', null, 'nor deleted');
select throws_ok($$truncate billing.statements$$, 'CB090', null, 'nor truncated');

select * from finish();
rollback;
