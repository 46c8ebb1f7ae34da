begin;
\ir ../cells.psql
select plan(80);

select pg_temp.given($$
  insert into billing.model_prices (id, model, valid_from, input, cached_input, output, reasoning)
  values ({price}, 'parrot', '2030-01-01', 1, 0.5, 2, 2)
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.model_prices$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
      values ('parrot', '2031-01-01', 0, 0, 0, 0)$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$update billing.model_prices set output = 0$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$delete from billing.model_prices$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied',
    $$insert into billing.model_prices (id, model, valid_from, input, cached_input, output, reasoning)
      values ({price}, 'parrot', '2030-01-01', 0, 0, 0, 0)
      on conflict (id) do update set output = 0$$),
  -- The function by which users reach it.
  ('1         1         denied    denied    1         1         1         22P02',
    $$select from billing.allowed_models(array['gpt-4o', 'unpriced'])$$);
select pg_temp.check_cells('billing.model_prices');

select pg_temp.grant_everything('billing.model_prices');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.model_prices$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
      values ('parrot', '2031-01-01', 0, 0, 0, 0)$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$update billing.model_prices set output = 0$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$delete from billing.model_prices$$);
select pg_temp.check_cells('billing.model_prices');

insert into refusals (refused_by, statement)
values
  ('model_prices_one_per_moment',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
      values ('parrot', '2030-01-01', 1, 1, 2, 2)$$),
  ('model_prices_model_length',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
      values ('', '2030-01-01', 1, 1, 2, 2)$$),
  ('model_prices_not_negative',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
      values ('parrot', '2031-01-01', 1, -0.5, 2, 2)$$),
  ('model_prices_currency_form',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning, currency)
      values ('parrot', '2031-01-01', 1, 1, 2, 2, 'dollar')$$);
select pg_temp.check_refusals();

select throws_ok($$update billing.model_prices set output = 0$$, 'CB090', null, 'a price is not edited, even by its owner');
select throws_ok($$delete from billing.model_prices$$, 'CB090', null, 'nor deleted');
select throws_ok($$truncate billing.model_prices cascade$$, 'CB090', null, 'nor truncated');
select results_eq(
  $$
    select (select p.output from billing.price_of('parrot', at) p)
    from (values (timestamptz '2029-12-31'), ('2030-01-01'), ('2040-01-01')) t (at)
  $$,
  array[null, 2, 2]::numeric[],
  'a price is in force from its moment on'
);

select * from finish();
rollback;
