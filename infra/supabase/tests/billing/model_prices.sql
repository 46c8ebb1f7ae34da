begin;
\ir ../cells.psql
select plan(90);

select pg_temp.given($$
  insert into billing.model_prices (id, model, valid_from, input, cached_input, cache_write, output, reasoning)
  values ({price}, 'parrot', '2030-01-01', 1, 0.5, 1.25, 2, 2)
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
  -- By the trigger, whose functions are not theirs, before row level security is asked.
  ('denied    denied    denied    -         -         denied    denied    denied',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
      values ('parrot', '2031-01-01', 0, 0, 0, 0)$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$update billing.model_prices set output = 0$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$delete from billing.model_prices$$);
select pg_temp.check_cells('billing.model_prices');

-- The trigger, which comes first, knows of one currency only.
alter table billing.model_prices disable trigger user;
insert into refusals (refused_by, statement)
values
  ('model_prices_one_per_moment',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, cache_write, output, reasoning)
      values ('parrot', '2030-01-01', 1, 1, 1, 2, 2)$$),
  ('model_prices_model_length',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, cache_write, output, reasoning)
      values ('', '2030-01-01', 1, 1, 1, 2, 2)$$),
  ('model_prices_not_negative',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, cache_write, output, reasoning)
      values ('parrot', '2031-01-01', 1, -0.5, 1, 2, 2)$$),
  ('model_prices_bounded',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, cache_write, output, reasoning)
      values ('parrot', '2031-01-01', 1, 1, 1, 1, 1000000.1)$$),
  ('model_prices_bounded',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, cache_write, output, reasoning)
      values ('parrot', '2031-01-01', 0.0000000000001, 1, 1, 1, 1)$$),
  ('model_prices_bounded',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, cache_write, output, reasoning)
      values ('parrot', '2031-01-01', 'NaN', 1, 1, 1, 1)$$),
  ('model_prices_currency_form',
    $$insert into billing.model_prices (model, valid_from, input, cached_input, cache_write, output, reasoning, currency)
      values ('parrot', '2031-01-01', 1, 1, 1, 2, 2, 'dollar')$$);
select pg_temp.check_refusals();
alter table billing.model_prices enable trigger user;

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


select throws_ok(
  $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
    values ('gpt-4o', now() - interval '1 second', 0, 0, 0, 0)$$,
  'CB012', 'A new price of gpt-4o can be in force from now on, not before.', 'there is no new price for what was billed already'
);
select throws_ok(
  $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning, currency)
    values ('parrot', '2031-01-01', 0, 0, 0, 0, 'EUR')$$,
  'CB012', 'All prices are in one currency.', 'nor one in another currency'
);
set local role service_role;
select throws_ok(
  $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
    values ('gpt-4o', '2025-01-01', 0, 0, 0, 0)$$,
  'CB012', null, 'and the service is told why'
);
select lives_ok(
  $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning) values ('gpt-4o', now(), 1, 1, 1, 1)$$,
  'a price is in force from now on'
);
select lives_ok(
  $$insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning) values ('owl', '2025-01-01', 1, 1, 1, 1)$$,
  'the first of a model from any time on'
);
reset role;
select is(
  (select p.cache_write from billing.price_of('owl', now()) p), 1::numeric, 'what is written to a cache costs what the input costs, where no rate is named'
);
select is((select p.input from billing.price_of('gpt-4o', now()) p), 1::numeric, 'and is the one to be charged');

select * from finish();
rollback;
