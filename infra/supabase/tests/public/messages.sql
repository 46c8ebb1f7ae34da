begin;
\ir ../cells.psql
select plan(325);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('2         0         denied    all       0         0         0         22P02', $$select from public.messages$$),
  ('1         0         denied    1         0         0         0         22P02', $$select from public.messages where id = {answer}$$),
  ('1         policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.messages (chat_id, user_id, role, content) values ({chat}, {owner}, 'user', 'Hello')$$),
  -- A message hung on another's chat, under one's own name.
  ('1         23503     denied    23502     policy    policy    policy    22P02',
    $$insert into public.messages (chat_id, role, content) values ({chat}, 'user', 'Hello')$$),
  ('23503     policy    denied    23503     policy    policy    policy    22P02',
    $$insert into public.messages (chat_id, user_id, role, content) values ({neighbours_chat}, {owner}, 'user', 'Hello')$$),
  -- What the service owns.
  ('policy    policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.messages (chat_id, user_id, role, content) values ({chat}, {owner}, 'assistant', 'Forged')$$),
  ('policy    policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.messages (chat_id, user_id, role, content) values ({chat}, {owner}, 'system', 'Forged')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.messages (chat_id, user_id, role, status) values ({chat}, {owner}, 'user', 'complete')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.messages (chat_id, user_id, role, model) values ({chat}, {owner}, 'assistant', 'gpt-4o')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.messages (chat_id, user_id, role, finish_reason) values ({chat}, {owner}, 'assistant', 'stop')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.messages (chat_id, user_id, role, receipt) values ({chat}, {owner}, 'assistant', '{}')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.messages (chat_id, user_id, role, seq) overriding system value values ({chat}, {owner}, 'user', 1)$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.messages (chat_id, user_id, role, superseded_by) values ({chat}, {owner}, 'user', {answer})$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.messages (chat_id, user_id, role, token_bound) values ({chat}, {owner}, 'user', 0)$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.messages (chat_id, user_id, role, created_at) values ({chat}, {owner}, 'user', '2020-01-01')$$),
  ('1         0         denied    all       0         0         0         22P02', $$update public.messages set content = 'Changed'$$),
  ('0         0         denied    1         0         0         0         22P02',
    $$update public.messages set content = 'Changed' where id = {answer}$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update public.messages set role = 'assistant'$$),
  ('denied    denied    denied    23503     denied    denied    denied    denied',
    $$update public.messages set user_id = {stranger} where id = {question}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$update public.messages set chat_id = {second_chat} where id = {question}$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update public.messages set status = 'complete'$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$update public.messages set model = 'gpt-4o' where id = {answer}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$update public.messages set finish_reason = 'stop' where id = {answer}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$update public.messages set receipt = '{"cost": 0}' where id = {answer}$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update public.messages set seq = default$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update public.messages set superseded_by = {answer}$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update public.messages set token_bound = 0$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update public.messages set client_id = 'other'$$),
  ('2         0         denied    all       0         0         0         22P02', $$delete from public.messages$$),
  ('1         0         denied    1         0         0         0         22P02', $$delete from public.messages where id = {answer}$$),
  ('1         policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.messages (id, chat_id, user_id, role) values ({question}, {chat}, {owner}, 'user')
      on conflict (id) do update set content = 'Again'$$),
  ('policy    policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.messages (id, chat_id, user_id, role) values ({answer}, {chat}, {owner}, 'user')
      on conflict (id) do update set content = 'Forged'$$);

select pg_temp.given($$insert into public.chats (id, user_id) values ({strangers_chat}, {stranger})$$);
select pg_temp.check_cells('public.messages');

select pg_temp.grant_everything('public.messages');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('2         0         0         -         -         0         0         22P02', $$select from public.messages$$),
  ('policy    policy    policy    -         -         policy    policy    22P02',
    $$insert into public.messages (chat_id, user_id, role, content) values ({chat}, {owner}, 'assistant', 'Forged')$$),
  ('policy    policy    policy    -         -         policy    policy    22P02',
    $$insert into public.messages (chat_id, user_id, role) values ({strangers_chat}, {stranger}, 'assistant')$$),
  ('policy    1         policy    -         -         policy    policy    22P02',
    $$insert into public.messages (chat_id, user_id, role) values ({strangers_chat}, {stranger}, 'user')$$),
  ('23514     policy    policy    -         -         policy    policy    22P02',
    $$insert into public.messages (chat_id, user_id, role, receipt) values ({chat}, {owner}, 'user', '{}')$$),
  ('policy    0         0         -         -         0         0         22P02', $$update public.messages set role = 'assistant'$$),
  ('policy    0         0         -         -         0         0         22P02',
    $$update public.messages set user_id = {stranger}, chat_id = {strangers_chat}$$),
  ('23503     0         0         -         -         0         0         22P02',
    $$update public.messages set chat_id = {neighbours_chat}$$),
  ('2         0         0         -         -         0         0         22P02', $$delete from public.messages$$);
select pg_temp.check_cells('public.messages');

insert into refusals (refused_by, statement)
values
  ('messages_role_known', $$update public.messages set role = 'tool' where id = {question}$$),
  ('messages_status_known', $$update public.messages set status = 'lost' where id = {answer}$$),
  ('messages_only_answers_have_outcomes', $$update public.messages set status = 'interrupted' where id = {question}$$),
  ('messages_only_answers_have_outcomes', $$update public.messages set receipt = '{}' where id = {question}$$),
  ('messages_content_length', $$update public.messages set content = repeat('ü', 131073) where id = {question}$$),
  ('messages_content_length', $$update public.messages set content = repeat('x', 1048577) where id = {answer}$$),
  ('messages_model_length', $$update public.messages set model = '' where id = {answer}$$),
  ('messages_finish_reason_known', $$update public.messages set finish_reason = 'bored' where id = {answer}$$),
  ('messages_client_id_length', $$update public.messages set client_id = repeat('x', 201)$$),
  ('messages_token_bound_positive', $$update public.messages set token_bound = -1$$),
  ('messages_chat_fkey', $$insert into public.messages (chat_id, user_id, role) values ({neighbours_chat}, {owner}, 'user')$$);
select pg_temp.check_refusals();

select pg_temp.given($$
  update public.messages set content = 'Grüße', token_bound = 3 where id = {question};
  update public.messages set content = 'Grüße!' where id = {answer}
$$);
select results_eq(
  pg_temp.with_names($$select token_bound from public.messages where chat_id = {chat} order by seq$$),
  array[3, 8],
  'a bound is the one given with the text, else the text''s bytes'
);
select isnt_empty(
  pg_temp.with_names($$select from public.messages where id = {answer} and updated_at > created_at$$),
  'a change shows its time'
);
select lives_ok(
  pg_temp.with_names($$
    update public.messages
    set content = (select string_agg(lpad(to_hex(n), 5, 'x'), ' ') from generate_series(1, 174000) n)
    where id = {answer}
  $$),
  'an answer of a mebibyte of different words is stored'
);
select pg_temp.given($$insert into public.message_feedback (message_id, user_id, value) values ({answer}, {owner}, 'up')$$);
select pg_temp.given($$delete from public.messages where id = {answer}$$);
select is_empty(pg_temp.with_names($$select from public.message_feedback where message_id = {answer}$$), 'feedback goes with its message');

select * from finish();
rollback;
