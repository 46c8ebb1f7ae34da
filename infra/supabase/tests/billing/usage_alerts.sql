begin;
\ir ../cells.psql
select plan(67);

select pg_temp.given($$
  insert into billing.usage_alerts (user_id, period_start, cap, percent)
  values ({owner}, '2030-01-01', 'tokens', 80), ({neighbour}, '2030-01-01', 'cost', 100)
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.usage_alerts$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_alerts (user_id, period_start, cap, percent) values ({owner}, '2030-01-01', 'tokens', 100)$$),
  ('denied    denied    denied    all       denied    denied    denied    denied',
    $$update billing.usage_alerts set delivered_at = now()$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.usage_alerts$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_alerts (user_id, period_start, cap, percent) values ({owner}, '2030-01-01', 'tokens', 80)
      on conflict (user_id, period_start, cap, percent) do update set delivered_at = now()$$);
select pg_temp.check_cells('billing.usage_alerts');

select pg_temp.grant_everything('billing.usage_alerts');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.usage_alerts$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.usage_alerts (user_id, period_start, cap, percent) values ({owner}, '2030-01-01', 'tokens', 100)$$),
  ('0         0         0         -         -         0         0         0', $$update billing.usage_alerts set delivered_at = now()$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.usage_alerts$$);
select pg_temp.check_cells('billing.usage_alerts');

insert into refusals (refused_by, statement)
values
  ('usage_alerts_once',
    $$insert into billing.usage_alerts (user_id, period_start, cap, percent) values ({owner}, '2030-01-01', 'tokens', 80)$$),
  ('usage_alerts_cap_known', $$update billing.usage_alerts set cap = 'messages'$$),
  ('usage_alerts_percent_range', $$update billing.usage_alerts set percent = 101$$);
select pg_temp.check_refusals();

select * from finish();
rollback;
