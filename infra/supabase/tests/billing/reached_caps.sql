begin;
\ir ../cells.psql
select plan(68);

select pg_temp.given($$
  insert into billing.reached_caps (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used)
  values ({owner}, 'tokens', '2030-01-01', '2030-02-01', now(), 100, 90), ({neighbour}, 'cost', '2030-01-01', '2030-02-01', now(), 1, 1)
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.reached_caps$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.reached_caps (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used)
      values ({stranger}, 'tokens', '2030-01-01', '2030-02-01', now(), 100, 90)$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.reached_caps set used = 0$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.reached_caps$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$select billing.reach_cap({owner}, 'tokens', 100, 90, '2030-01-01', '2030-02-01', now())$$);
select pg_temp.check_cells('billing.reached_caps');

select pg_temp.grant_everything('billing.reached_caps');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.reached_caps$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.reached_caps (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used)
      values ({stranger}, 'tokens', '2030-01-01', '2030-02-01', now(), 100, 90)$$),
  ('0         0         0         -         -         0         0         0', $$update billing.reached_caps set used = 0$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.reached_caps$$);
select pg_temp.check_cells('billing.reached_caps');

insert into refusals (refused_by, statement)
values
  ('reached_caps_pkey',
    $$insert into billing.reached_caps (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used)
      values ({owner}, 'tokens', '2030-01-01', '2030-02-01', now(), 100, 90)$$),
  ('reached_caps_cap_known', $$update billing.reached_caps set cap = 'hat'$$),
  ('reached_caps_whose', $$update billing.reached_caps set cap = 'deployment_tokens'$$),
  ('reached_caps_in_order', $$update billing.reached_caps set resets_at = starts_at$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
