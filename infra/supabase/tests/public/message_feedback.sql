begin;
\ir ../cells.psql
select plan(141);

select pg_temp.given($$
  insert into public.message_feedback (message_id, user_id, value)
  values ({answer}, {owner}, 'up'), ({neighbours_answer}, {neighbour}, 'down')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('1         0         denied    all       0         0         0         22P02', $$select from public.message_feedback$$),
  ('1         0         denied    1         0         0         0         22P02',
    $$select from public.message_feedback where message_id = {answer}$$),
  ('1         policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.message_feedback (message_id, user_id, value) values ({question}, {owner}, 'up')$$),
  -- On another's message, under one's own name.
  ('1         23503     denied    23502     policy    policy    policy    22P02',
    $$insert into public.message_feedback (message_id, value) values ({question}, 'up')$$),
  ('23503     policy    denied    23503     policy    policy    policy    22P02',
    $$insert into public.message_feedback (message_id, user_id, value) values ({neighbours_question}, {owner}, 'up')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.message_feedback (message_id, user_id, value, created_at) values ({question}, {owner}, 'up', '2020-01-01')$$),
  ('1         0         denied    all       0         0         0         22P02', $$update public.message_feedback set value = 'down'$$),
  ('1         0         denied    1         0         0         0         22P02',
    $$update public.message_feedback set comment = 'Wrong' where message_id = {answer}$$),
  ('denied    denied    denied    23503     denied    denied    denied    denied',
    $$update public.message_feedback set user_id = {stranger}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$update public.message_feedback set message_id = {question} where message_id = {answer}$$),
  ('1         0         denied    all       0         0         0         22P02', $$delete from public.message_feedback$$),
  ('1         0         denied    1         0         0         0         22P02',
    $$delete from public.message_feedback where message_id = {answer}$$),
  ('1         policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.message_feedback (message_id, user_id, value) values ({answer}, {owner}, 'down')
      on conflict (message_id) do update set value = 'down'$$),
  ('1         policy    denied    23502     policy    policy    policy    22P02',
    $$insert into public.message_feedback (message_id, value) values ({answer}, 'down')
      on conflict (message_id) do update set value = 'down'$$);
select pg_temp.check_cells('public.message_feedback');

select pg_temp.grant_everything('public.message_feedback');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('1         0         0         -         -         0         0         22P02', $$select from public.message_feedback$$),
  ('1         policy    policy    -         -         policy    policy    22P02',
    $$insert into public.message_feedback (message_id, user_id, value) values ({question}, {owner}, 'up')$$),
  ('policy    0         0         -         -         0         0         22P02',
    $$update public.message_feedback set user_id = {stranger}$$),
  ('1         0         0         -         -         0         0         22P02', $$delete from public.message_feedback$$);
select pg_temp.check_cells('public.message_feedback');

insert into refusals (refused_by, statement)
values
  ('message_feedback_value_known', $$update public.message_feedback set value = 'meh'$$),
  ('message_feedback_comment_length', $$update public.message_feedback set comment = ''$$),
  ('message_feedback_comment_length', $$update public.message_feedback set comment = repeat('x', 2001)$$),
  ('message_feedback_message_fkey',
    $$insert into public.message_feedback (message_id, user_id, value) values ({question}, {neighbour}, 'up')$$);
select pg_temp.check_refusals();

select pg_temp.given($$update public.message_feedback set value = 'down'$$);
select is_empty(
  pg_temp.with_names($$select from public.message_feedback where message_id = {answer} and updated_at = created_at$$),
  'a change shows its time'
);

select * from finish();
rollback;
