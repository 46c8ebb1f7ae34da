begin;
\ir ../cells.psql
select plan(82);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.timer_lease$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied',
    $$insert into chatbot.timer_lease (holder) values ({owner})$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.timer_lease set holder = {owner}$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$delete from chatbot.timer_lease$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied',
    $$insert into chatbot.timer_lease (holder) values ({owner})
      on conflict (is_only) do update set holder = {owner}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$select chatbot.begin_timer_run({owner}, '1 minute')$$);
select pg_temp.check_cells('chatbot.timer_lease');

select pg_temp.grant_everything('chatbot.timer_lease');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.timer_lease$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.timer_lease (holder) values ({owner})$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.timer_lease set holder = {owner}$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.timer_lease$$);
select pg_temp.check_cells('chatbot.timer_lease');

insert into refusals (refused_by, statement)
values
  ('timer_lease_pkey', $$insert into chatbot.timer_lease default values$$),
  ('timer_lease_one_row', $$insert into chatbot.timer_lease (is_only) values (false)$$);
select pg_temp.check_refusals();

select ok(chatbot.begin_timer_run(md5('one')::uuid, '1 minute'), 'who comes first runs');
select ok(not chatbot.begin_timer_run(md5('another')::uuid, '1 minute'), 'nobody else as long as that lasts');
select ok(chatbot.begin_timer_run(md5('one')::uuid, '1 minute'), 'asking again, as after an acknowledgement that was lost, is the same');
select lives_ok($$select chatbot.end_timer_run(md5('another')::uuid)$$, 'who does not run ends nothing');
select ok(not chatbot.begin_timer_run(md5('another')::uuid, '1 minute'), 'and takes nothing by it');
select lives_ok($$select chatbot.end_timer_run(md5('one')::uuid)$$, 'when it has ended');
select ok(chatbot.begin_timer_run(md5('another')::uuid, '-1 second'), 'the next one runs');
select ok(chatbot.begin_timer_run(md5('one')::uuid, '1 minute'), 'and a lease of who died runs out');

select * from finish();
rollback;
