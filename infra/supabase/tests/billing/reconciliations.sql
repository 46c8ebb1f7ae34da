begin;
\ir ../cells.psql
select plan(64);

select pg_temp.given($$
  insert into billing.reconciliations (
    provider, day, model, input_tokens, output_tokens, requests, provider_input_tokens, provider_output_tokens, provider_requests, ratio
  )
  values
    ('openai', '2030-01-01', 'gpt-4o', 1000, 200, 3, 1010, 200, 3, 0.99),
    ('azure', '2030-01-01', 'gpt-4o', 0, 0, 0, 500, 100, null, 0)
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.reconciliations$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.reconciliations
        (provider, day, model, input_tokens, output_tokens, requests, provider_input_tokens, provider_output_tokens)
      values ('azure', '2030-01-02', 'gpt-4o', 1, 1, 1, 1, 1)$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.reconciliations set ratio = 1$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.reconciliations$$);
select pg_temp.check_cells('billing.reconciliations');

select pg_temp.grant_everything('billing.reconciliations');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.reconciliations$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.reconciliations
        (provider, day, model, input_tokens, output_tokens, requests, provider_input_tokens, provider_output_tokens)
      values ('azure', '2030-01-02', 'gpt-4o', 1, 1, 1, 1, 1)$$),
  ('0         0         0         -         -         0         0         0', $$update billing.reconciliations set ratio = 1$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.reconciliations$$);
select pg_temp.check_cells('billing.reconciliations');

insert into refusals (refused_by, statement)
values
  ('reconciliations_pkey', $$update billing.reconciliations set provider = 'openai'$$),
  ('reconciliations_provider_known', $$update billing.reconciliations set provider = 'mistral' where provider = 'azure'$$),
  ('reconciliations_model_length', $$update billing.reconciliations set model = '' where provider = 'azure'$$),
  ('reconciliations_model_length', $$update billing.reconciliations set model = repeat('m', 101) where provider = 'azure'$$),
  ('reconciliations_provider_not_negative', $$update billing.reconciliations set provider_input_tokens = -1$$),
  ('reconciliations_provider_not_negative', $$update billing.reconciliations set provider_output_tokens = -1$$),
  ('reconciliations_provider_not_negative', $$update billing.reconciliations set provider_requests = -1$$);
select pg_temp.check_refusals();

-- Adjustments of another day's rows can take a day's own figures below nothing.
select lives_ok($$update billing.reconciliations set input_tokens = -5$$, 'our own figures are taken as they are');

select * from finish();
rollback;
