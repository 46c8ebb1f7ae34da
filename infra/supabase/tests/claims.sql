begin;
\ir cells.psql
select plan(13);

-- What a verified token should never carry; were it to come, it is nobody's. A subject that is not a uuid is an error.
create temp table odd_claims (expected text, claims text) on commit drop;
insert into odd_claims (expected, claims)
values
  ('0', 'null'),
  ('0', '[]'),
  ('0', '"owner"'),
  ('0', '{"sub": null}'),
  ('0', '{"sub": "00000000-0000-0000-0000-000000000000"}'),
  ('0', format('{"user_id": "%s"}', md5('owner')::uuid)),
  ('0', format('{"user_metadata": {"sub": "%s"}}', md5('owner')::uuid)),
  ('0', format('{"sub": "%s", "user_id": "%s"}', md5('stranger')::uuid, md5('owner')::uuid)),
  -- Who may pass row level security is a matter of the database's role, not of the claim.
  ('0', '{"role": "service_role"}'),
  ('22P02', '{"sub": "everyone"}'),
  ('22P02', '{"sub": "' || md5('owner')::uuid || ''' or true --"}'),
  ('22P02', '{"sub": ' || repeat('[', 10)),
  ('22P02', ' ');

select is(pg_temp.outcome('select from public.chats', 'authenticated', c.claims), c.expected, format('claims: %s', c.claims))
from odd_claims c;

select * from finish();
rollback;
