begin;
\ir ../cells.psql
select plan(67);

-- One is stored without a bound of its own, and noted; the other is counted already.
select pg_temp.given($$
  insert into public.messages (id, chat_id, user_id, role, content, token_bound)
  values ({late}, {chat}, {owner}, 'user', 'Well?', null), ({counted}, {chat}, {owner}, 'user', 'Well?', 2)
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    1         denied    denied    denied    denied', $$select from chatbot.token_counts where message_id = {late}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.token_counts (message_id, chat_id, tokens) values ({counted}, {chat}, 1)$$),
  ('denied    denied    denied    1         denied    denied    denied    denied', $$update chatbot.token_counts set tokens = 1 where message_id = {late}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied', $$delete from chatbot.token_counts where message_id = {late}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.token_counts (message_id, chat_id, tokens) values ({late}, {chat}, 1)
      on conflict (message_id) do update set tokens = excluded.tokens$$);
select pg_temp.check_cells('chatbot.token_counts');

select pg_temp.grant_everything('chatbot.token_counts');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.token_counts$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.token_counts (message_id, chat_id, tokens) values ({counted}, {chat}, 1)$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.token_counts set tokens = 1$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.token_counts$$);
select pg_temp.check_cells('chatbot.token_counts');

insert into refusals (refused_by, statement)
values
  ('token_counts_pkey', $$insert into chatbot.token_counts (message_id, chat_id) values ({late}, {chat})$$),
  ('token_counts_message_fkey', $$insert into chatbot.token_counts (message_id, chat_id) values ({unknown}, {chat})$$),
  ('token_counts_tokens_not_negative', $$update chatbot.token_counts set tokens = -1$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
