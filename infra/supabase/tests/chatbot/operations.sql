begin;
\ir ../cells.psql
select plan(85);

select pg_temp.given($$
  insert into chatbot.operations (id, kind) values ('close-period-2030-01', 'close_period'), ('reencrypt-keys-7', 'reencrypt_keys')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.operations$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.operations (id, kind) values ('close-period-2030-02', 'close_period')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.operations set finished_at = now()$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.operations$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.operations (id, kind) values ('reencrypt-keys-7', 'reencrypt_keys') on conflict (id) do update set finished_at = now()$$),
  -- An erasure is begun by its owner alone.
  ('1         1         denied    denied    23502     23502     23502     22P02', $$select from chatbot.begin_erasure()$$);
select pg_temp.check_cells('chatbot.operations');

select pg_temp.grant_everything('chatbot.operations');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.operations$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.operations (id, kind) values ('close-period-2030-02', 'close_period')$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.operations set finished_at = now()$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.operations$$);
select pg_temp.check_cells('chatbot.operations');

insert into refusals (refused_by, statement)
values
  ('operations_pkey', $$insert into chatbot.operations (id, kind) values ('reencrypt-keys-7', 'reencrypt_keys')$$),
  ('operations_id_form', $$insert into chatbot.operations (id, kind) values ('Close 1', 'close_period')$$),
  ('operations_kind_known', $$update chatbot.operations set kind = 'another'$$),
  ('operations_owner_hash_is_sha256', $$update chatbot.operations set owner_hash = '\x00'$$),
  ('operations_progress_shape', $$update chatbot.operations set progress = '[]'$$);
select pg_temp.check_refusals();

select is(
  (select count(*) from chatbot.begin_operations('1 day', 7) b where b.id = 'reencrypt-keys-7'), 0::bigint, 'what has just shown a sign of life is left alone'
);
update chatbot.operations set touched_at = now() - interval '6 minutes', due_at = now() - interval '1 minute' where id = 'reencrypt-keys-7';
select is(
  (select b.kind from chatbot.begin_operations('1 day', 7) b where b.id = 'reencrypt-keys-7'), 'reencrypt_keys', 'what has not for a while is started again'
);
select is(
  (select count(*) from chatbot.begin_operations('1 day', 7) b where b.id = 'reencrypt-keys-7'), 0::bigint, 'by one instance'
);
select ok(
  (select o.touched_at < now() from chatbot.operations o where o.id = 'reencrypt-keys-7'), 'to be started again is no sign of life'
);
select pg_temp.given($$select chatbot.note_progress('reencrypt-keys-7', '{"reencrypted": 3}')$$);
select pg_temp.given($$select chatbot.note_progress('reencrypt-keys-7', '{"reencrypted": 4, "unreadable": 1}')$$);
select is(
  (select o.progress from chatbot.operations o where o.id = 'reencrypt-keys-7'), '{"reencrypted": 7, "unreadable": 1}'::jsonb, 'progress is added up'
);

select ok(
  (select o.touched_at >= now() and o.due_at > now() + interval '4 minutes' from chatbot.operations o where o.id = 'reencrypt-keys-7'), 'progress is one'
);

select pg_temp.given($$select from chatbot.begin_operations('1 day', 8)$$);
select isnt(
  (select o.finished_at from chatbot.operations o where o.id = 'reencrypt-keys-7'), null, 'what is left for an earlier data key is over'
);
select is(
  (select o.finished_at from chatbot.operations o where o.id = 'close-period-2030-01'), null, 'and nothing else'
);

select * from finish();
rollback;
