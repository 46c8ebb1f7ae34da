begin;
\ir ../cells.psql
select plan(69);

select pg_temp.given($$
  insert into chatbot.failed_deliveries (queue, body_hash, attempts, last_error)
  values ('usage-events', sha256('a'), 1, 'TimeoutException'), ('usage-events', sha256('b'), 2, 'TimeoutException')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.failed_deliveries$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.failed_deliveries (queue, body_hash, attempts, last_error) values ('usage-events', sha256('c'), 1, 'x')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.failed_deliveries set attempts = 3$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.failed_deliveries$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.failed_deliveries (queue, body_hash, attempts, last_error) values ('usage-events', sha256('a'), 1, 'x')
      on conflict (queue, body_hash) do update set attempts = 2$$);
select pg_temp.check_cells('chatbot.failed_deliveries');

select pg_temp.grant_everything('chatbot.failed_deliveries');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.failed_deliveries$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.failed_deliveries (queue, body_hash, attempts, last_error) values ('usage-events', sha256('c'), 1, 'x')$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.failed_deliveries set attempts = 3$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.failed_deliveries$$);
select pg_temp.check_cells('chatbot.failed_deliveries');

insert into refusals (refused_by, statement)
values
  ('failed_deliveries_pkey',
    $$insert into chatbot.failed_deliveries (queue, body_hash, attempts, last_error) values ('usage-events', sha256('a'), 1, 'x')$$),
  ('failed_deliveries_queue_length', $$update chatbot.failed_deliveries set queue = ''$$),
  ('failed_deliveries_hash_is_sha256', $$update chatbot.failed_deliveries set body_hash = 'a'$$),
  ('failed_deliveries_attempts_positive', $$update chatbot.failed_deliveries set attempts = 0$$),
  ('failed_deliveries_error_length', $$update chatbot.failed_deliveries set last_error = repeat('x', 501)$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
