begin;
\ir ../cells.psql
select plan(93);

select pg_temp.given($$insert into chatbot.erasures (user_id) values ({owner})$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.erasures$$),
  ('denied    denied    denied    1         denied    denied    denied    denied', $$insert into chatbot.erasures (user_id) values ({stranger})$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.erasures set new_id = {stranger}$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.erasures$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.erasures (user_id) values ({owner}) on conflict (user_id) do update set new_id = {stranger}$$),
  ('denied    denied    denied    2         denied    denied    denied    denied', $$select from chatbot.accounts where id in ({owner}, {neighbour}, {stranger})$$),
  -- Who is being erased may do nothing but that, and who is nobody nothing at all.
  ('CB001     1         denied    denied    CB001     CB001     CB001     22P02', $$select from chatbot.require_account(false)$$),
  ('1         1         denied    denied    CB001     CB001     CB001     22P02', $$select from chatbot.require_account(true)$$);
select pg_temp.check_cells('chatbot.erasures');

select pg_temp.grant_everything('chatbot.erasures');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.erasures$$),
  ('policy    policy    policy    -         -         policy    policy    policy', $$insert into chatbot.erasures (user_id) values ({stranger})$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.erasures set new_id = {stranger}$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.erasures$$);
select pg_temp.check_cells('chatbot.erasures');

insert into refusals (refused_by, statement)
values
  ('erasures_pkey', $$insert into chatbot.erasures (user_id) values ({owner})$$),
  ('erasures_operation_once',
    $$insert into chatbot.erasures (user_id, operation_id) select {stranger}, e.operation_id from chatbot.erasures e where e.user_id = {owner}$$),
  ('erasures_user_id_fkey', $$insert into chatbot.erasures (user_id) values ({nobody})$$);
select pg_temp.check_refusals();

-- A function that is named like the one that may, in another schema, and one that only speaks of it.
select pg_temp.given($$
  insert into billing.statements (user_id, period_start, body, content_hash) values ({owner}, '2030-01-01', '{}', sha256('{}'))
$$);
create function pg_temp.erase_usage() returns void language plpgsql as $$begin update billing.statements set body = '{}'; end$$;
select throws_ok($$select pg_temp.erase_usage()$$, 'CB090', null, 'nothing but the erasure of an account changes what is append-only');

select pg_temp.given($$delete from auth.users where id = {owner}$$);
select is_empty($$select from chatbot.erasures$$, 'what tells the new id goes with the account');

select * from finish();
rollback;
