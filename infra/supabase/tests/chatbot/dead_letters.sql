begin;
\ir ../cells.psql
select plan(69);

select pg_temp.given($$
  insert into chatbot.dead_letters (id, queue, message_id, body)
  values ({letter}, 'usage-events', 'first', '{}'), ({second_letter}, 'assistant-messages', 'second', '{}')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.dead_letters$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.dead_letters (queue, message_id, body) values ('usage-events', 'third', '{}')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.dead_letters set redriven_at = now()$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.dead_letters$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.dead_letters (queue, message_id, body) values ('usage-events', 'first', '{}')
      on conflict (queue, message_id) do update set redriven_at = now()$$);
select pg_temp.check_cells('chatbot.dead_letters');

select pg_temp.grant_everything('chatbot.dead_letters');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.dead_letters$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.dead_letters (queue, message_id, body) values ('usage-events', 'third', '{}')$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.dead_letters set redriven_at = now()$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.dead_letters$$);
select pg_temp.check_cells('chatbot.dead_letters');

insert into refusals (refused_by, statement)
values
  ('dead_letters_once_per_message',
    $$insert into chatbot.dead_letters (queue, message_id, body) values ('usage-events', 'first', 'again')$$),
  ('dead_letters_queue_length', $$update chatbot.dead_letters set queue = ''$$),
  ('dead_letters_body_length', $$update chatbot.dead_letters set body = repeat('x', 65537)$$),
  ('dead_letters_attempts_positive', $$update chatbot.dead_letters set attempts = 0$$),
  ('dead_letters_error_length', $$update chatbot.dead_letters set last_error = ''$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
