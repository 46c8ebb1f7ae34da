begin;
\ir ../cells.psql
select plan(70);

select pg_temp.given($$
  insert into billing.model_prices (id, model, valid_from, input, cached_input, output, reasoning)
  values ({price}, 'parrot', '2030-01-01', 1, 0.5, 2, 2)
$$);
select pg_temp.given($$
  insert into chatbot.completions (
    id, user_id, chat_id, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids, lease_expires_at
  )
  values ({answer}, {owner}, {chat}, 'gpt-4o', 'platform', '2030-01-01', {price}, 10, 10, '{}', '2030-01-01')
$$);
select pg_temp.given($$
  insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
  values ({first_attempt}, {answer}, 1, 'gpt-4o', {price}), ({second_attempt}, {answer}, 2, 'gpt-4o', {price})
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.abandoned_attempts$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
      values ({third_attempt}, {answer}, 3, 'gpt-4o', {price})$$),
  ('denied    denied    denied    all       denied    denied    denied    denied',
    $$update chatbot.abandoned_attempts set model = 'gpt-4o-mini'$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.abandoned_attempts$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
      values ({first_attempt}, {answer}, 1, 'gpt-4o', {price})
      on conflict (id) do update set model = 'gpt-4o-mini'$$);
select pg_temp.check_cells('chatbot.abandoned_attempts');

select pg_temp.grant_everything('chatbot.abandoned_attempts');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.abandoned_attempts$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
      values ({third_attempt}, {answer}, 3, 'gpt-4o', {price})$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.abandoned_attempts set model = 'gpt-4o-mini'$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.abandoned_attempts$$);
select pg_temp.check_cells('chatbot.abandoned_attempts');

insert into refusals (refused_by, statement)
values
  ('abandoned_attempts_pkey',
    $$insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
      values ({first_attempt}, {answer}, 3, 'gpt-4o', {price})$$),
  ('abandoned_attempts_once',
    $$insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
      values ({third_attempt}, {answer}, 2, 'gpt-4o', {price})$$),
  ('abandoned_attempts_completion_fkey', $$update chatbot.abandoned_attempts set completion_id = {unknown}$$),
  ('abandoned_attempts_price_fkey', $$update chatbot.abandoned_attempts set price_id = {unknown}$$),
  ('abandoned_attempts_attempt_positive', $$update chatbot.abandoned_attempts set attempt = 0 where id = {first_attempt}$$),
  ('abandoned_attempts_model_length', $$update chatbot.abandoned_attempts set model = ''$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
