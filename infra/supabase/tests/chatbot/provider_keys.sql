begin;
\ir ../cells.psql
select plan(97);

select pg_temp.given($$
  insert into chatbot.provider_keys (id, user_id, ciphertext, nonce, key_version, last_four)
  values
    ({key}, {owner}, decode(repeat('ab', 40), 'hex'), decode(repeat('cd', 12), 'hex'), 1, 'wxyz'),
    ({neighbours_key}, {neighbour}, decode(repeat('ef', 40), 'hex'), decode(repeat('12', 12), 'hex'), 1, 'abcd')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.provider_keys$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.provider_keys (id, user_id, ciphertext, nonce, key_version, last_four)
      values ({new}, {stranger}, decode(repeat('ab', 40), 'hex'), decode(repeat('cd', 12), 'hex'), 1, 'wxyz')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.provider_keys set key_version = 2$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.provider_keys$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.provider_keys (id, user_id, ciphertext, nonce, key_version, last_four)
      values ({new}, {owner}, decode(repeat('ab', 40), 'hex'), decode(repeat('cd', 12), 'hex'), 1, 'wxyz')
      on conflict (user_id, provider) do update set last_four = 'mine'$$),
  -- The functions by which users reach it.
  ('1         0         denied    denied    0         0         0         22P02', $$select from chatbot.describe_provider_key()$$),
  ('1         0         denied    denied    0         0         0         22P02', $$select where chatbot.delete_provider_key()$$),
  ('1         1         denied    denied    23502     23502     23502     22P02',
    $$select chatbot.put_provider_key({new}, decode(repeat('ab', 40), 'hex'), decode(repeat('cd', 12), 'hex'), 1, 'wxyz')$$);
select pg_temp.check_cells('chatbot.provider_keys');

select pg_temp.grant_everything('chatbot.provider_keys');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.provider_keys$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.provider_keys (id, user_id, ciphertext, nonce, key_version, last_four)
      values ({new}, {stranger}, decode(repeat('ab', 40), 'hex'), decode(repeat('cd', 12), 'hex'), 1, 'wxyz')$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.provider_keys set key_version = 2$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.provider_keys$$);
select pg_temp.check_cells('chatbot.provider_keys');

insert into refusals (refused_by, statement)
values
  ('provider_keys_one_per_provider', $$update chatbot.provider_keys set user_id = {owner}$$),
  ('provider_keys_user_id_fkey', $$update chatbot.provider_keys set user_id = {nobody} where id = {key}$$),
  ('provider_keys_provider_known', $$update chatbot.provider_keys set provider = 'parrot'$$),
  ('provider_keys_ciphertext_length', $$update chatbot.provider_keys set ciphertext = decode(repeat('ab', 16), 'hex')$$),
  ('provider_keys_nonce_length', $$update chatbot.provider_keys set nonce = decode(repeat('ab', 11), 'hex')$$),
  ('provider_keys_version_positive', $$update chatbot.provider_keys set key_version = 0$$),
  ('provider_keys_last_four_length', $$update chatbot.provider_keys set last_four = 'vwxyz'$$);
select pg_temp.check_refusals();

select pg_temp.given($$update chatbot.provider_keys set key_version = 2$$);
select is_empty($$select from chatbot.provider_keys where updated_at = created_at$$, 'a change shows its time');
select pg_temp.given($$delete from auth.users where id = {owner}$$);
select is_empty(pg_temp.with_names($$select from chatbot.provider_keys where user_id = {owner}$$), 'a key goes with its user');

select * from finish();
rollback;
