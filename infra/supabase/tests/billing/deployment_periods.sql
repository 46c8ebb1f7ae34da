begin;
\ir ../cells.psql
select plan(77);

select pg_temp.given($$insert into billing.deployment_periods (period_start, tokens, cost) values ('2030-01-01', 100, 1), ('2030-02-01', 200, 2)$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.deployment_periods$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.deployment_periods (period_start) values ('2031-01-01')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.deployment_periods set tokens = 0$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.deployment_periods$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.deployment_periods (period_start) values ('2031-01-01')
      on conflict (period_start) do update set tokens = 0$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$select billing.limit_deployment(1, 2, 3, 4)$$);
select pg_temp.check_cells('billing.deployment_periods');

select pg_temp.grant_everything('billing.deployment_periods');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.deployment_periods$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.deployment_periods (period_start) values ('2031-01-01')$$),
  ('0         0         0         -         -         0         0         0', $$update billing.deployment_periods set tokens = 0$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.deployment_periods$$);
select pg_temp.check_cells('billing.deployment_periods');

insert into refusals (refused_by, statement)
values ('deployment_periods_pkey', $$insert into billing.deployment_periods (period_start) values ('2030-01-01')$$);
select pg_temp.check_refusals();

select pg_temp.given($$delete from billing.deployment_periods$$);
select pg_temp.given($$select billing.record_for_deployment(billing.period_start(now()), 100, 1, l, null) from billing.limits_of({owner}) l$$);
select is_empty($$select from billing.deployment_periods$$, 'where there is no cap nothing is counted along');

select pg_temp.given($$
  insert into billing.usage_daily (user_id, day, model, purpose, payer, input_tokens, output_tokens, cost)
  values
    ({owner}, (now() at time zone 'UTC')::date, 'gpt-4o', 'answer', 'platform', 60, 20, 4),
    ({neighbour}, (now() at time zone 'UTC')::date, 'gpt-4o', 'answer', 'platform', 10, 10, 1),
    ({owner}, (now() at time zone 'UTC')::date, 'gpt-4o', 'answer', 'own_key', 1000, 1000, 0),
    ({owner}, (now() at time zone 'UTC' - interval '32 days')::date, 'gpt-4o', 'answer', 'platform', 1000, 1000, 100)
$$);
select pg_temp.given($$select billing.limit_deployment(1000, null, null, null)$$);
select results_eq(
  $$select period_start, tokens, cost from billing.deployment_periods$$,
  $$values (billing.period_start(now()), 100::bigint, 5::numeric)$$,
  'what was used of this month before is counted then'
);
select pg_temp.given($$select billing.record_for_deployment(billing.period_start(now()), 11, 0.5, l, null) from billing.limits_of({owner}) l$$);
select pg_temp.given($$select billing.record_for_deployment('2031-01-01', -5, -0.5, l, null) from billing.limits_of({owner}) l$$);
select results_eq(
  $$select tokens, cost from billing.deployment_periods order by period_start$$,
  $$values (111::bigint, 5.5::numeric), (-5::bigint, -0.5::numeric)$$,
  'and along from then on, also what an earlier month turns out not to have used'
);
select pg_temp.given($$select billing.limit_deployment(null, null, 60, 4)$$);
select pg_temp.given($$select billing.record_for_deployment(billing.period_start(now()), 11, 0.5, l, null) from billing.limits_of({owner}) l$$);
select is(
  (select tokens from billing.deployment_periods where period_start = billing.period_start(now())), 111::bigint, 'until there is no cap any more'
);

select * from finish();
rollback;
