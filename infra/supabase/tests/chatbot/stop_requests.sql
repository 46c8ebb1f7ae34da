begin;
\ir ../cells.psql
select plan(71);

select pg_temp.given($$
  insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at)
  values ({owner}, {chat}, {next_question}, now() + interval '1 minute'), ({owner}, {chat}, {old_question}, now() - interval '1 second')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.stop_requests$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at) values ({stranger}, {chat}, {next_question}, now())$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.stop_requests set expires_at = now()$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.stop_requests$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at) values ({owner}, {chat}, {next_question}, now())
      on conflict (user_id, chat_id, message_id) do update set expires_at = now()$$);
select pg_temp.check_cells('chatbot.stop_requests');

select pg_temp.grant_everything('chatbot.stop_requests');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.stop_requests$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at) values ({stranger}, {chat}, {next_question}, now())$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.stop_requests set expires_at = now()$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.stop_requests$$);
select pg_temp.check_cells('chatbot.stop_requests');

insert into refusals (refused_by, statement)
values
  ('stop_requests_pkey', $$insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at) values ({owner}, {chat}, {next_question}, now())$$),
  ('stop_requests_user_id_fkey', $$insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at) values ({nobody}, {chat}, {question}, now())$$);
select pg_temp.check_refusals();

select ok(not chatbot.take_stop(md5('owner')::uuid, md5('second_chat')::uuid, md5('next_question')::uuid), 'a stop counts for its chat');
select ok(chatbot.take_stop(md5('owner')::uuid, md5('chat')::uuid, md5('next_question')::uuid), 'a stop that is remembered counts');
select ok(not chatbot.take_stop(md5('owner')::uuid, md5('chat')::uuid, md5('next_question')::uuid), 'once');
select ok(not chatbot.take_stop(md5('owner')::uuid, md5('chat')::uuid, md5('old_question')::uuid), 'and not for ever');
select is_empty(pg_temp.with_names($$select from chatbot.stop_requests where user_id = {owner}$$), 'nothing is left of it');

select * from finish();
rollback;
