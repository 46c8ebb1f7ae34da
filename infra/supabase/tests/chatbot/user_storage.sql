begin;
\ir ../cells.psql
select plan(69);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.user_storage$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.user_storage (user_id, chats, bytes) values ({stranger}, 0, 0)$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.user_storage set bytes = 0$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.user_storage$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.user_storage (user_id, chats, bytes) values ({owner}, 0, 0)
      on conflict (user_id) do update set bytes = excluded.bytes$$);
select pg_temp.check_cells('chatbot.user_storage');

select pg_temp.grant_everything('chatbot.user_storage');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.user_storage$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.user_storage (user_id, chats, bytes) values ({stranger}, 0, 0)$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.user_storage set bytes = 0$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.user_storage$$);
select pg_temp.check_cells('chatbot.user_storage');

insert into refusals (refused_by, statement)
values
  ('user_storage_pkey', $$insert into chatbot.user_storage (user_id, chats, bytes) values ({owner}, 0, 0)$$),
  ('user_storage_user_id_fkey', $$insert into chatbot.user_storage (user_id, chats, bytes) values ({nobody}, 0, 0)$$),
  ('user_storage_not_negative', $$update chatbot.user_storage set chats = -1$$),
  ('user_storage_not_negative', $$update chatbot.user_storage set bytes = -1$$);
select pg_temp.check_refusals();

-- A restored database may delete the rows of a user in another order: the one whose foreign key was made last comes last.
select pg_temp.given($$insert into auth.users (id, email) values ({leaving}, 'leaving@example.com')$$);
select pg_temp.given($$insert into public.chats (id, user_id) values ({left_chat}, {leaving})$$);
select pg_temp.given($$insert into public.messages (chat_id, user_id, role, content) values ({left_chat}, {leaving}, 'assistant', '')$$);
alter table public.chats drop constraint chats_user_id_fkey;
alter table public.chats add constraint chats_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade;
select lives_ok(
  pg_temp.with_names($$delete from auth.users where id = {leaving}$$), 'a user goes with chats that hold no text, whatever goes first'
);

select * from finish();
rollback;
