begin;
\ir ../cells.psql
select plan(144);

create function pg_temp.insert_of(p_id text, p_user text, p_chat text)
returns text
language sql
return format(
  $$insert into chatbot.completions (
      id, user_id, chat_id, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids, lease_expires_at
    )
    values ({%s}, {%s}, {%s}, 'gpt-4o', 'platform', '2020-01-01', {price}, 10, 10, '{}', '2020-01-01')$$,
  p_id, p_user, p_chat
);
select pg_temp.given(pg_temp.insert_of('answer', 'owner', 'chat'));
select pg_temp.given(pg_temp.insert_of('neighbours_answer', 'neighbour', 'neighbours_chat'));

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.completions$$),
  ('denied    denied    denied    1         denied    denied    denied    denied', pg_temp.insert_of('new', 'owner', 'second_chat')),
  ('denied    denied    denied    all       denied    denied    denied    denied',
    $$update chatbot.completions set cancel_requested = true$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.completions$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    pg_temp.insert_of('answer', 'owner', 'chat') || $$ on conflict (id) do update set cancel_requested = true$$),
  -- The functions by which users reach it.
  ('1         0         denied    denied    0         0         0         22P02', $$select from chatbot.read_draft({answer})$$),
  ('1         0         denied    denied    0         0         0         22P02', $$select from chatbot.read_answer({answer}, 0)$$),
  ('1         0         denied    denied    0         0         0         22P02',
    $$select where chatbot.find_live_completion({chat}) is not null$$),
  ('1         CB003     denied    denied    CB001     CB001     CB001     22P02',
    $$select where chatbot.request_stop({chat}) is null$$),
  ('1         1         denied    denied    CB001     CB001     CB001     22P02',
    $$select where chatbot.request_stop({chat}, {unknown}) is null$$),
  ('1         0         denied    denied    0         0         0         22P02',
    $$select where chatbot.interrupt_dead_completion({answer})$$),
  ('0         0         denied    denied    0         0         0         22P02',
    $$select where chatbot.interrupt_dead_completion({neighbours_answer})$$);
select pg_temp.check_cells('chatbot.completions');

select pg_temp.grant_everything('chatbot.completions');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.completions$$),
  ('policy    policy    policy    -         -         policy    policy    policy', pg_temp.insert_of('new', 'owner', 'second_chat')),
  ('0         0         0         -         -         0         0         0', $$update chatbot.completions set cancel_requested = true$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.completions$$);
select pg_temp.check_cells('chatbot.completions');

insert into refusals (refused_by, statement)
values
  ('completions_state_known', $$update chatbot.completions set state = 'lost', ended_at = now()$$),
  ('completions_payer_known', $$update chatbot.completions set payer = 'nobody'$$),
  ('completions_purpose_known', $$update chatbot.completions set purpose = ''$$),
  ('completions_bounds_positive', $$update chatbot.completions set max_output_tokens = 0$$),
  ('completions_bounds_positive', $$update chatbot.completions set lease_epoch = 0$$),
  ('completions_content_filter_length', $$update chatbot.completions set content_filter = array_fill('hate'::text, array[21])$$),
  ('completions_disconnect_grace_range', $$update chatbot.completions set disconnect_grace_seconds = 3601$$),
  ('completions_key_has_fingerprint', $$update chatbot.completions set idempotency_key = 'once'$$),
  ('completions_key_length', $$update chatbot.completions set idempotency_key = '', request_fingerprint = '' where id = {answer}$$),
  ('completions_ended_when_not_live', $$update chatbot.completions set state = 'finished'$$),
  ('completions_ended_when_not_live', $$update chatbot.completions set ended_at = now()$$),
  ('completions_steps_in_order', $$update chatbot.completions set persisted_at = now()$$),
  ('completions_steps_in_order', $$update chatbot.completions set state = 'finished', ended_at = now(), recorded_at = now()$$),
  ('completions_usage_whole', $$update chatbot.completions set input_tokens = 1$$),
  ('completions_usage_consistent',
    $$update chatbot.completions
      set input_tokens = 1, cached_input_tokens = 2, cache_write_tokens = 0, output_tokens = 0, reasoning_tokens = 0, usage_quality = 'reported'$$),
  ('completions_usage_quality_known',
    $$update chatbot.completions
      set input_tokens = 1, cached_input_tokens = 0, cache_write_tokens = 0, output_tokens = 0, reasoning_tokens = 0, usage_quality = 'guessed'$$),
  ('completions_rejected_report_is_estimated',
    $$update chatbot.completions
      set input_tokens = 1, cached_input_tokens = 0, cache_write_tokens = 0, output_tokens = 0, reasoning_tokens = 0, usage_quality = 'reported', rejected_report = '{}'$$),
  ('completions_rejected_report_length',
    $$update chatbot.completions
      set input_tokens = 1, cached_input_tokens = 0, cache_write_tokens = 0, output_tokens = 0, reasoning_tokens = 0, usage_quality = 'estimated',
        rejected_report = to_jsonb(repeat('1', 1000))$$),
  ('completions_receipt_length', $$update chatbot.completions set receipt = to_jsonb(repeat('1', 8192))$$),
  ('completions_one_live_per_chat', $$update chatbot.completions set chat_id = {chat}, user_id = {owner}$$),
  ('completions_prompt_bytes_not_negative', $$update chatbot.completions set prompt_bytes = -1$$),
  ('completions_one_title_per_chat', $$update chatbot.completions set chat_id = {chat}, user_id = {owner}, purpose = 'title'$$),
  ('completions_idempotency', $$update chatbot.completions set user_id = {owner}, idempotency_key = 'once', request_fingerprint = ''$$);
select pg_temp.check_refusals();

select pg_temp.given($$delete from auth.users where id = {owner}$$);
select isnt_empty(
  pg_temp.with_names($$select from chatbot.completions where id = {answer}$$), 'what was called outlives its user, to be billed'
);

select * from finish();
rollback;
