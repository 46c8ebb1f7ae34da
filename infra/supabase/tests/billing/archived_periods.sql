begin;
\ir ../cells.psql
select plan(83);

select pg_temp.given($$insert into billing.archived_periods (month, files) values ('2030-01-01', '[]'), ('2030-02-01', '[]')$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.archived_periods$$),
  ('denied    denied    denied    1         denied    denied    denied    denied', $$insert into billing.archived_periods (month, files) values ('2030-03-01', '[]')$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$update billing.archived_periods set files = '[]'$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$delete from billing.archived_periods$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$truncate billing.archived_periods$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied',
    $$insert into billing.archived_periods (month, files) values ('2030-01-01', '[]') on conflict (month) do update set files = '[]'$$);
select pg_temp.check_cells('billing.archived_periods');

select pg_temp.grant_everything('billing.archived_periods');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.archived_periods$$),
  ('policy    policy    policy    -         -         policy    policy    policy', $$insert into billing.archived_periods (month, files) values ('2030-03-01', '[]')$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$update billing.archived_periods set files = '[]'$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$delete from billing.archived_periods$$);
select pg_temp.check_cells('billing.archived_periods');

insert into refusals (refused_by, statement)
values
  ('archived_periods_pkey', $$insert into billing.archived_periods (month, files) values ('2030-01-01', '[]')$$),
  ('archived_periods_month_is_first', $$insert into billing.archived_periods (month, files) values ('2030-03-02', '[]')$$),
  ('archived_periods_files_shape', $$insert into billing.archived_periods (month, files) values ('2030-03-01', '{}')$$);
select pg_temp.check_refusals();

-- A month is closed once all that begins in it is closed, and nothing can begin in it any more.
select pg_temp.given($$
  insert into billing.usage_periods (user_id, period_start, period_end, status)
  values
    ({owner}, '2020-01-01Z', '2020-02-01Z', 'closed'), ({stranger}, '2020-01-01Z', '2020-02-01Z', 'open'),
    ({owner}, '2020-02-01Z', '2020-03-01Z', 'closed')
$$);
select ok(not billing.is_month_closed('2020-01-01'), 'a month of which a period is open is not closed');
select ok(billing.is_month_closed('2020-02-01'), 'a month all of whose periods are closed is closed');
select ok(not billing.is_month_closed('2020-03-01'), 'a month of which there is no period is not');
select is(billing.month_to_close('1 day'), '2020-01-01'::date, 'what is over is closed');
select is(billing.month_to_archive(), '2020-02-01'::date, 'what is closed is archived');
select pg_temp.given($$insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
  values (gen_random_uuid(), {stranger}, '2020-01-01Z', 'platform', 1, 0, 'infinity')$$);
select is(billing.month_to_close('1 day'), null, 'what is reserved waits');
select pg_temp.given($$select billing.archive_period('2020-02-01', '[]', null)$$);
select pg_temp.given($$select billing.archive_period('2020-02-01', '[{}]', null)$$);
select results_eq(
  $$select a.files, u.facts ->> 'month' from billing.archived_periods a cross join billing.usage_alerts u where a.month = '2020-02-01' and u.kind = 'period_archived'$$,
  $$values ('[]'::jsonb, '2020-02')$$,
  'a month is archived once, and told of once'
);
select is(billing.month_to_archive(), null, 'then nothing is left to do');

select * from finish();
rollback;
