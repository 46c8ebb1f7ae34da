begin;
\ir ../cells.psql
select plan(72);

select pg_temp.given($$
  insert into chatbot.completions (
    id, user_id, chat_id, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids, lease_expires_at
  )
  values
    ({answer}, {owner}, {chat}, 'gpt-4o', 'platform', '2030-01-01', {price}, 10, 10, '{}', '2030-01-01'),
    ({neighbours_answer}, {neighbour}, {neighbours_chat}, 'gpt-4o', 'platform', '2030-01-01', {price}, 10, 10, '{}', '2030-01-01')
$$);
select pg_temp.given($$
  insert into chatbot.completion_deltas (completion_id, seq, text)
  values ({answer}, 4, 'shire'), ({answer}, 0, 'York'), ({neighbours_answer}, 0, 'Ferns')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.completion_deltas$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.completion_deltas (completion_id, seq, text) values ({answer}, 9, '.')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied',
    $$update chatbot.completion_deltas set text = 'Forged'$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.completion_deltas$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.completion_deltas (completion_id, seq, text) values ({answer}, 0, 'Forged')
      on conflict (completion_id, seq) do update set text = excluded.text$$);
select pg_temp.check_cells('chatbot.completion_deltas');

select pg_temp.grant_everything('chatbot.completion_deltas');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.completion_deltas$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.completion_deltas (completion_id, seq, text) values ({answer}, 9, '.')$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.completion_deltas set text = 'Forged'$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.completion_deltas$$);
select pg_temp.check_cells('chatbot.completion_deltas');

insert into refusals (refused_by, statement)
values
  ('completion_deltas_completion_fkey', $$insert into chatbot.completion_deltas (completion_id, seq, text) values ({unknown}, 0, 'Lost')$$),
  ('completion_deltas_pkey', $$insert into chatbot.completion_deltas (completion_id, seq, text) values ({answer}, 0, 'York')$$),
  ('completion_deltas_seq_positive', $$update chatbot.completion_deltas set seq = -1 where completion_id = {neighbours_answer}$$),
  ('completion_deltas_text_length', $$update chatbot.completion_deltas set text = repeat('x', 1048577)$$),
  ('completion_deltas_not_empty', $$update chatbot.completion_deltas set text = ''$$),
  ('completion_deltas_reasoning_not_negative', $$update chatbot.completion_deltas set reasoning_tokens = -1$$);
select pg_temp.check_refusals();

select is(chatbot.draft_text(md5('answer')::uuid), 'Yorkshire', 'a draft is its deltas in order');
select pg_temp.given($$delete from chatbot.completions where id = {answer}$$);
select is_empty(
  pg_temp.with_names($$select from chatbot.completion_deltas where completion_id = {answer}$$),
  'and goes with its completion'
);

select * from finish();
rollback;
