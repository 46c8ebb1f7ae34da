begin;
\ir ../cells.psql
select plan(148);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('2         0         denied    all       0         0         0         22P02', $$select from public.chats$$),
  ('1         0         denied    1         0         0         0         22P02', $$select from public.chats where id = {chat}$$),
  ('1         policy    denied    1         policy    policy    policy    22P02', $$insert into public.chats (user_id) values ({owner})$$),
  ('1         1         denied    23502     policy    policy    policy    22P02', $$insert into public.chats (title) values ('Mine')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.chats (user_id, created_at) values ({owner}, '2020-01-01')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.chats (user_id, updated_at) values ({owner}, '2020-01-01')$$),
  ('2         0         denied    all       0         0         0         22P02', $$update public.chats set title = 'Changed'$$),
  ('1         0         denied    1         0         0         0         22P02',
    $$update public.chats set title = 'Changed' where id = {chat}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$update public.chats set user_id = {stranger} where id = {second_chat}$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update public.chats set created_at = '2020-01-01'$$),
  ('2         0         denied    all       0         0         0         22P02', $$delete from public.chats$$),
  ('1         0         denied    1         0         0         0         22P02', $$delete from public.chats where id = {chat}$$),
  ('1         policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.chats (id, user_id) values ({chat}, {owner}) on conflict (id) do update set title = 'Again'$$),
  ('1         policy    denied    23502     policy    policy    policy    22P02',
    $$insert into public.chats (id) values ({chat}) on conflict (id) do update set title = 'Taken over'$$);
select pg_temp.check_cells('public.chats');

select pg_temp.grant_everything('public.chats');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('2         0         0         -         -         0         0         22P02', $$select from public.chats$$),
  ('1         policy    policy    -         -         policy    policy    22P02', $$insert into public.chats (user_id) values ({owner})$$),
  ('policy    0         0         -         -         0         0         22P02', $$update public.chats set user_id = {stranger}$$),
  ('2         0         0         -         -         0         0         22P02', $$delete from public.chats$$);
select pg_temp.check_cells('public.chats');

insert into refusals (refused_by, statement)
values
  ('chats_title_length', $$update public.chats set title = ''$$),
  ('chats_title_length', $$update public.chats set title = repeat('x', 201)$$),
  ('chats_status_known', $$update public.chats set status = 'deleted'$$),
  ('chats_model_length', $$update public.chats set model = repeat('x', 101)$$),
  ('chats_system_prompt_tokens_not_negative', $$update public.chats set system_prompt_tokens = -1$$),
  ('chats_system_prompt_length', $$update public.chats set system_prompt = repeat('ü', 16385)$$),
  ('chats_user_id_fkey', $$insert into public.chats (user_id) values ({nobody})$$);
select pg_temp.check_refusals();

select pg_temp.given($$update public.chats set title = 'Changed' where id = {chat}$$);
select isnt_empty(
  pg_temp.with_names($$select from public.chats where id = {chat} and updated_at > created_at$$),
  'a change shows its time'
);
select pg_temp.given($$
  update public.chats set system_prompt = 'Be brief.' where id = {chat};
  update public.chats set system_prompt_tokens = 3 where id = {chat};
  update public.chats set system_prompt = 'Be long.' where id = {chat}
$$);
select is_empty(
  pg_temp.with_names($$select from public.chats where id = {chat} and system_prompt_tokens is not null$$),
  'a system prompt that was changed is to be counted anew'
);
select pg_temp.given($$delete from auth.users where id = {owner}$$);
select is_empty(pg_temp.with_names($$select from public.chats where user_id = {owner}$$), 'chats go with their user');
select is_empty(pg_temp.with_names($$select from public.messages where chat_id = {chat}$$), 'and messages with their chat');
select isnt_empty(pg_temp.with_names($$select from public.chats where user_id = {neighbour}$$), 'and nobody else''s');

select * from finish();
rollback;
