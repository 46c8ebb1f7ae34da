begin;
\ir ../cells.psql
select plan(77);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.deployment_limits$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied',
    $$insert into billing.deployment_limits (token_cap) values (1)$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.deployment_limits set token_cap = null$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$delete from billing.deployment_limits$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied',
    $$insert into billing.deployment_limits (token_cap) values (1)
      on conflict (is_only) do update set token_cap = null$$);
select pg_temp.check_cells('billing.deployment_limits');

select pg_temp.grant_everything('billing.deployment_limits');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.deployment_limits$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.deployment_limits (token_cap) values (1)$$),
  ('0         0         0         -         -         0         0         0', $$update billing.deployment_limits set token_cap = null$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.deployment_limits$$);
select pg_temp.check_cells('billing.deployment_limits');

insert into refusals (refused_by, statement)
values
  ('deployment_limits_pkey', $$insert into billing.deployment_limits default values$$),
  ('deployment_limits_one_row', $$insert into billing.deployment_limits (is_only) values (false)$$),
  ('deployment_limits_caps_positive', $$update billing.deployment_limits set token_cap = -1$$),
  ('deployment_limits_caps_positive', $$update billing.deployment_limits set cost_cap = -0.01$$),
  ('deployment_limits_caps_bounded', $$update billing.deployment_limits set token_cap = 1000000000000001$$),
  ('deployment_limits_caps_bounded', $$update billing.deployment_limits set cost_cap = 1e12 + 1$$),
  ('deployment_limits_caps_bounded', $$update billing.deployment_limits set cost_cap = 1e-13$$),
  ('deployment_limits_rates_bounded', $$update billing.deployment_limits set concurrent_streams = 1000001$$),
  ('deployment_limits_rates_positive', $$update billing.deployment_limits set requests_per_minute = 0$$),
  ('deployment_limits_rates_positive', $$update billing.deployment_limits set concurrent_streams = 0$$);
select pg_temp.check_refusals();

select isnt_empty(
  $$
    select from billing.deployment_limits l
    where num_nonnulls(l.token_cap, l.cost_cap, l.requests_per_minute, l.concurrent_streams) = 0
  $$,
  'at first there is no limit'
);
select pg_temp.given($$select billing.limit_deployment(1, 2, 3, 4)$$);
select results_eq(
  $$select token_cap, cost_cap, requests_per_minute, concurrent_streams from billing.deployment_limits$$,
  $$values (1::bigint, 2::numeric, 3, 4)$$,
  'limits are set as a whole'
);
select isnt_empty($$select from billing.deployment_limits where updated_at > now()$$, 'a change shows its time');

select * from finish();
rollback;
