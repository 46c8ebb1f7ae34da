begin;
\ir ../cells.psql
select plan(60);

select pg_temp.given($$
  insert into billing.reconciliation_runs (provider, day) values ('openai', '2030-01-01'), ('openai', '2030-01-02')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.reconciliation_runs$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.reconciliation_runs (provider, day) values ('openai', '2030-01-03')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied',
    $$update billing.reconciliation_runs set completed_at = now()$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.reconciliation_runs$$);
select pg_temp.check_cells('billing.reconciliation_runs');

select pg_temp.grant_everything('billing.reconciliation_runs');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.reconciliation_runs$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.reconciliation_runs (provider, day) values ('openai', '2030-01-03')$$),
  ('0         0         0         -         -         0         0         0',
    $$update billing.reconciliation_runs set completed_at = now()$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.reconciliation_runs$$);
select pg_temp.check_cells('billing.reconciliation_runs');

insert into refusals (refused_by, statement)
values
  ('reconciliation_runs_pkey', $$insert into billing.reconciliation_runs (provider, day) values ('openai', '2030-01-01')$$),
  ('reconciliation_runs_provider_known', $$update billing.reconciliation_runs set provider = 'azure'$$),
  ('reconciliation_runs_attempts_positive', $$update billing.reconciliation_runs set attempts = 0$$),
  ('reconciliation_runs_error_length', $$update billing.reconciliation_runs set last_error = repeat('e', 501)$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
