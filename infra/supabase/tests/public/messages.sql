begin;
\ir ../cells.psql
select plan(338);

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
select lives_ok(
  pg_temp.with_names($$
    insert into public.messages (id, chat_id, user_id, role, content, token_bound)
    values ({late}, {chat}, {owner}, 'user', 'Well?', null), ({counted}, {chat}, {owner}, 'user', 'Well?', 2)
  $$),
  'a text is stored with a bound of its own or without one'
);
select isnt_empty(
  pg_temp.with_names($$select from chatbot.token_counts where message_id = {late} and tokens is null$$), 'a text without a bound of its own is to be counted'
);
select is_empty(
  pg_temp.with_names($$select from chatbot.token_counts where message_id = {counted}$$), 'what was stored with a bound of its own is not counted'
);
select pg_temp.given($$update chatbot.token_counts set tokens = 2 where message_id = {late}$$);
select pg_temp.given($$update public.messages set content = 'Well, well?' where id = {late}$$);
select is(
  (select t.tokens from chatbot.token_counts t where t.message_id = md5('late')::uuid), null, 'a changed text is to be counted again'
);
select pg_temp.given($$update public.messages set content = 'Well?', token_bound = 2 where id = {late}$$);
select is_empty(
  pg_temp.with_names($$select from chatbot.token_counts where message_id = {late}$$), 'but where it comes with a bound of its own'
);

select pg_temp.given($$insert into public.chats (id, user_id) values ({unnamed}, {owner})$$);
select pg_temp.given($$insert into public.messages (chat_id, user_id, role, content, token_bound) values ({unnamed}, {owner}, 'user', 'A trip', 2)$$);
select is((select c.title from public.chats c where c.id = md5('unnamed')::uuid), 'A trip', 'the first message of a chat without a name names it');
select pg_temp.given($$insert into public.message_feedback (message_id, user_id, value) values ({answer}, {owner}, 'up')$$);
select pg_temp.given($$delete from public.messages where id = {answer}$$);
select is_empty(pg_temp.with_names($$select from public.message_feedback where message_id = {answer}$$), 'feedback goes with its message');

select pg_temp.given($$insert into public.chats (id, user_id) values ({counted_chat}, {neighbour})$$);
create temp view stored as
select c.message_count, s.bytes - (
  select sum(octet_length(o.title) + coalesce(octet_length(o.system_prompt), 0)) from public.chats o where o.user_id = s.user_id
) - (
  select sum(octet_length(m.content)) from public.messages m where m.user_id = s.user_id
) as unexplained
from chatbot.user_storage s
join public.chats c on c.user_id = s.user_id and c.id = md5('counted_chat')::uuid
where s.user_id = md5('neighbour')::uuid;
select pg_temp.given($$
  insert into public.messages (id, chat_id, user_id, role, content, token_bound)
  values ({first}, {counted_chat}, {neighbour}, 'user', 'One', 1), ({second}, {counted_chat}, {neighbour}, 'assistant', '', 0)
$$);
select results_eq($$select * from stored$$, $$values (2, 0::bigint)$$, 'messages are counted, and their texts by their bytes');
select pg_temp.given($$update public.messages set content = 'Zwölf', token_bound = 4 where id = {first}$$);
select results_eq($$select * from stored$$, $$values (2, 0::bigint)$$, 'a changed one by what it is now');
select pg_temp.given($$update billing.plans set max_messages_per_chat = 2 where is_default$$);
select throws_ok(
  pg_temp.with_names($$
    insert into public.messages (chat_id, user_id, role, content, token_bound) values ({counted_chat}, {neighbour}, 'user', 'Three', 1)
  $$),
  'CB013', 'Your plan allows no more messages in this chat. Begin a new one.', 'a message too many for a chat is refused'
);
select pg_temp.given($$update billing.plans set max_stored_bytes = (select bytes + 1 from chatbot.user_storage where user_id = {neighbour}) where is_default$$);
select throws_ok(
  pg_temp.with_names($$update public.messages set content = 'Dreizehn', token_bound = 5 where id = {first}$$),
  'CB013', 'Your plan allows no more text to be stored. Delete chats to make room.', 'a text too long for what is left is refused'
);
select lives_ok(
  pg_temp.with_names($$update public.messages set content = 'An answer', token_bound = 2 where id = {second}$$), 'but an answer is stored in any case'
);
select pg_temp.given($$delete from public.messages where id = {first}$$);
select results_eq($$select * from stored$$, $$values (1, 0::bigint)$$, 'what is deleted counts no more');
select pg_temp.given($$delete from public.chats where id = {counted_chat}$$);
select is(
  (
    select s.bytes - sum(octet_length(m.content)) - (select sum(octet_length(c.title)) from public.chats c where c.user_id = s.user_id)
    from chatbot.user_storage s
    join public.messages m on m.user_id = s.user_id
    where s.user_id = md5('neighbour')::uuid
    group by s.user_id, s.bytes
  ),
  100::bigint,
  'nor what went with its chat, but for the chat''s id'
);

select * from finish();
rollback;
