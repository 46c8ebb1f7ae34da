begin;
\ir ../cells.psql
select plan(169);

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
  ('2         0         denied    all       0         0         0         22P02', $$update public.chats set title_source = 'user'$$),
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
  ('chats_title_source_known', $$update public.chats set title_source = 'rumour'$$),
  ('chats_status_known', $$update public.chats set status = 'deleted'$$),
  ('chats_model_length', $$update public.chats set model = repeat('x', 101)$$),
  ('chats_system_prompt_tokens_not_negative', $$update public.chats set system_prompt_tokens = -1$$),
  ('chats_system_prompt_length', $$update public.chats set system_prompt = repeat('ü', 16385)$$),
  ('chats_user_id_fkey', $$insert into public.chats (user_id) values ({nobody})$$);
select pg_temp.check_refusals();

-- What the owner has stored: two chats with titles, and the texts of {chat}.
create temp view stored as
select s.chats, s.bytes, s.bytes - (
  select coalesce(sum(octet_length(c.title) + coalesce(octet_length(c.system_prompt), 0)), 0) from public.chats c where c.user_id = s.user_id
) - (
  select coalesce(sum(octet_length(m.content)), 0) from public.messages m where m.user_id = s.user_id
) as unexplained
from chatbot.user_storage s
where s.user_id = md5('owner')::uuid;
select pg_temp.given($$insert into public.chats (id, user_id, title) values ({counted}, {owner}, 'Counted')$$);
select results_eq($$select chats, unexplained from stored$$, $$select count(*)::integer, 0::bigint from public.chats where user_id = md5('owner')::uuid$$, 'a new chat is counted');
select pg_temp.given($$update public.chats set title = 'Counted once more', system_prompt = 'Grüße' where id = {counted}$$);
select is((select unexplained from stored), 0::bigint, 'and its texts by their bytes');
select pg_temp.given($$update public.chats set system_prompt = null where id = {counted}$$);
select is((select unexplained from stored), 0::bigint, 'also when they become less');
select pg_temp.given($$update billing.plans set max_chats = (select chats from stored) where is_default$$);
select throws_ok(
  pg_temp.with_names($$insert into public.chats (user_id) values ({owner})$$), 'CB013', 'Your plan allows no more chats. Delete some to begin new ones.',
  'a chat too many is refused'
);
select pg_temp.given($$delete from public.chats where id = {counted}$$);
select results_eq($$select chats, unexplained from stored$$, $$select count(*)::integer, 100::bigint from public.chats where user_id = md5('owner')::uuid$$, 'what is deleted counts no more, but for its id');
select lives_ok(pg_temp.with_names($$insert into public.chats (user_id) values ({owner})$$), 'and makes room for another');
select pg_temp.given($$update billing.plans set max_chats = 100 where is_default$$);

select pg_temp.given($$update public.chats set title = 'Changed' where id = {chat}$$);
select isnt_empty(
  pg_temp.with_names($$select from public.chats where id = {chat} and updated_at > created_at$$),
  'a change shows its time'
);
select pg_temp.given($$
  insert into public.chats (id, user_id, title)
  values ({unnamed}, {owner}, default), ({named}, {owner}, 'Named'), ({renamed}, {owner}, default), ({kept}, {owner}, default);
  update public.chats set title = 'Renamed' where id = {renamed};
  update public.chats set title = 'New chat', title_source = 'user' where id = {kept}
$$);
select results_eq(
  pg_temp.with_names($$
    select title, title_source from public.chats where id in ({unnamed}, {named}, {renamed}, {kept}) order by title, title_source
  $$),
  $$values ('Named', 'user'), ('New chat', 'default'), ('New chat', 'user'), ('Renamed', 'user')$$,
  'a title that comes without its source is its user''s'
);
select pg_temp.given($$
  insert into public.messages (chat_id, user_id, role, content)
  select c.id, c.user_id, r.role, r.role || ' ' || c.title_source
  from public.chats c
  cross join (values ('assistant'), ('user'), ('system')) r (role)
  where c.id in ({unnamed}, {named}, {renamed}, {kept})
$$);
select results_eq(
  pg_temp.with_names($$
    select title, title_source from public.chats where id in ({unnamed}, {named}, {renamed}, {kept}) order by title, title_source
  $$),
  $$values ('Named', 'user'), ('New chat', 'user'), ('Renamed', 'user'), ('user default', 'words')$$,
  'the first message of its user names a chat that nobody named'
);
select pg_temp.given($$select chatbot.give_title(user_id, id, 'By a model') from public.chats where id in ({unnamed}, {named})$$);
select results_eq(
  pg_temp.with_names($$select title, title_source from public.chats where id in ({unnamed}, {named}) order by title$$),
  $$values ('By a model', 'model'), ('Named', 'user')$$,
  'a model renames what no user named'
);
select pg_temp.given($$select chatbot.give_title(user_id, id, 'Once more') from public.chats where id = {unnamed}$$);
select isnt_empty(
  pg_temp.with_names($$select from public.chats where id = {unnamed} and title = 'By a model'$$),
  'and does so once'
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
select pg_temp.given($$delete from public.chats where id = {second_chat}$$);
select isnt_empty(
  pg_temp.with_names($$select from chatbot.deleted_chats where user_id = {owner} and chat_id = {second_chat}$$), 'a deleted chat is noted'
);
select throws_ok(
  pg_temp.with_names($$insert into public.chats (id, user_id) values ({second_chat}, {owner})$$), 'CB003', null, 'and does not come back'
);
select pg_temp.given($$delete from auth.users where id = {owner}$$);
select is_empty(pg_temp.with_names($$select from public.chats where user_id = {owner}$$), 'chats go with their user');
select is_empty(pg_temp.with_names($$select from public.messages where chat_id = {chat}$$), 'and messages with their chat');
select isnt_empty(pg_temp.with_names($$select from public.chats where user_id = {neighbour}$$), 'and nobody else''s');

select * from finish();
rollback;
