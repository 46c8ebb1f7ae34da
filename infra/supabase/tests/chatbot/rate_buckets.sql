begin;
\ir ../cells.psql
select plan(70);

select pg_temp.given($$insert into chatbot.rate_buckets (user_id, kind, tokens) values ({owner}, 'send', 3), ({neighbour}, 'send', 5)$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from chatbot.rate_buckets$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.rate_buckets (user_id, kind, tokens) values ({stranger}, 'send', 60)$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update chatbot.rate_buckets set tokens = 60$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from chatbot.rate_buckets$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into chatbot.rate_buckets (user_id, kind, tokens) values ({owner}, 'send', 60)
      on conflict (user_id, kind) do update set tokens = excluded.tokens$$);
select pg_temp.check_cells('chatbot.rate_buckets');

select pg_temp.grant_everything('chatbot.rate_buckets');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from chatbot.rate_buckets$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into chatbot.rate_buckets (user_id, kind, tokens) values ({stranger}, 'send', 60)$$),
  ('0         0         0         -         -         0         0         0', $$update chatbot.rate_buckets set tokens = 60$$),
  ('0         0         0         -         -         0         0         0', $$delete from chatbot.rate_buckets$$);
select pg_temp.check_cells('chatbot.rate_buckets');

insert into refusals (refused_by, statement)
values
  ('rate_buckets_pkey', $$insert into chatbot.rate_buckets (user_id, kind, tokens) values ({owner}, 'send', 60)$$),
  ('rate_buckets_kind_known', $$update chatbot.rate_buckets set kind = 'read'$$),
  ('rate_buckets_kind_known', $$update chatbot.rate_buckets set kind = 'deployment'$$),
  ('rate_buckets_kind_known',
    $$insert into chatbot.rate_buckets (user_id, kind, tokens) values ('00000000-0000-0000-0000-000000000000', 'send', 60)$$),
  ('rate_buckets_tokens_positive', $$update chatbot.rate_buckets set tokens = -1$$);
select pg_temp.check_refusals();

select lives_ok(
  $$insert into chatbot.rate_buckets (user_id, kind, tokens) values ('00000000-0000-0000-0000-000000000000', 'deployment', 60)$$,
  'all users together have a bucket under no user''s id'
);

select * from finish();
rollback;
