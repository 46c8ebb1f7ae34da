begin;
\ir ../cells.psql
select plan(70);

select pg_temp.given($$insert into chatbot.deleted_chats (user_id, chat_id) values ({owner}, {old_chat}), ({neighbour}, {old_chat})$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.deleted_chats$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.deleted_chats (user_id, chat_id) values ({stranger}, {old_chat})$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.deleted_chats set deleted_at = now()$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.deleted_chats$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.deleted_chats (user_id, chat_id) values ({owner}, {old_chat})
      on conflict (user_id, chat_id) do update set deleted_at = now()$$);
select pg_temp.check_cells('chatbot.deleted_chats');

select pg_temp.grant_everything('chatbot.deleted_chats');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.deleted_chats$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.deleted_chats (user_id, chat_id) values ({stranger}, {old_chat})$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.deleted_chats set deleted_at = now()$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.deleted_chats$$);
select pg_temp.check_cells('chatbot.deleted_chats');

insert into refusals (refused_by, statement)
values
  ('deleted_chats_pkey', $$insert into chatbot.deleted_chats (user_id, chat_id) values ({owner}, {old_chat})$$),
  ('deleted_chats_user_id_fkey', $$insert into chatbot.deleted_chats (user_id, chat_id) values ({nobody}, {old_chat})$$);
select pg_temp.check_refusals();

create temp table stored as select s.bytes from chatbot.user_storage s where s.user_id = md5('owner')::uuid;
select pg_temp.given($$
  insert into public.chats (id, user_id, title) values ({spare}, {owner}, 'Spare');
  delete from public.chats where id = {spare}
$$);
select is(
  (select s.bytes from chatbot.user_storage s where s.user_id = md5('owner')::uuid), (select bytes + 100 from stored),
  'its id counts as stored'
);
select pg_temp.given($$delete from public.chats where id = {chat}$$);
select lives_ok(
  pg_temp.with_names($$insert into public.chats (id, user_id) values ({chat}, {stranger})$$), 'to anyone else its id is one like any other'
);
select pg_temp.given($$delete from auth.users where id = {owner}$$);
select is_empty(
  pg_temp.with_names($$select from chatbot.deleted_chats where user_id = {owner}$$), 'of a user who is gone nothing is noted'
);
select isnt_empty(pg_temp.with_names($$select from chatbot.deleted_chats where user_id = {neighbour}$$), 'and of others it stays');

select * from finish();
rollback;
