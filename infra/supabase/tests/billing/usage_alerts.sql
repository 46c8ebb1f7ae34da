begin;
\ir ../cells.psql
select plan(83);

select pg_temp.given($$
  insert into billing.usage_alerts (alert_key, kind, user_id, facts)
  values ('cap:owner', 'cap_warning', {owner}, '{"percent": 80}'), ('reconciliation:2030-01-01', 'reconciliation', null, '{}')
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.usage_alerts$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.usage_alerts (alert_key, kind, user_id) values ('cap:another', 'cap_warning', {owner})$$),
  ('denied    denied    denied    all       denied    denied    denied    denied',
    $$update billing.usage_alerts set delivered_at = now()$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.usage_alerts$$),
  ('denied    denied    denied    0         denied    denied    denied    denied',
    $$insert into billing.usage_alerts (alert_key, kind, user_id) values ('cap:owner', 'cap_warning', {owner})
      on conflict (alert_key) do nothing$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$select billing.raise_alert('cap:another', 'cap_warning', {owner}, '{}')$$);
select pg_temp.check_cells('billing.usage_alerts');

select pg_temp.grant_everything('billing.usage_alerts');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.usage_alerts$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.usage_alerts (alert_key, kind, user_id) values ('cap:another', 'cap_warning', {owner})$$),
  ('0         0         0         -         -         0         0         0', $$update billing.usage_alerts set delivered_at = now()$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.usage_alerts$$);
select pg_temp.check_cells('billing.usage_alerts');

insert into refusals (refused_by, statement)
values
  ('usage_alerts_once', $$insert into billing.usage_alerts (alert_key, kind) values ('cap:owner', 'cap_warning')$$),
  ('usage_alerts_key_length', $$insert into billing.usage_alerts (alert_key, kind) values ('', 'cap_warning')$$),
  ('usage_alerts_key_length', $$insert into billing.usage_alerts (alert_key, kind) values (repeat('k', 301), 'cap_warning')$$),
  ('usage_alerts_kind_known', $$update billing.usage_alerts set kind = 'gossip'$$),
  ('usage_alerts_facts_shape', $$update billing.usage_alerts set facts = '[]'$$),
  ('usage_alerts_facts_shape', $$update billing.usage_alerts set facts = jsonb_build_object('long', repeat('f', 4096))$$),
  ('usage_alerts_attempts_not_negative', $$update billing.usage_alerts set attempts = -1$$),
  ('usage_alerts_error_length', $$update billing.usage_alerts set last_error = repeat('e', 501)$$),
  ('usage_alerts_ends_once', $$update billing.usage_alerts set delivered_at = now(), failed_at = now()$$);
select pg_temp.check_refusals();

select pg_temp.given($$select billing.raise_alert('cap:owner', 'cap_warning', null, '{"percent": 100}')$$);
select pg_temp.given($$select billing.raise_alert('cap:neighbour', 'cap_warning', {neighbour}, '{"percent": 100}')$$);
select results_eq(
  $$select alert_key, facts ->> 'percent' from billing.usage_alerts where kind = 'cap_warning' order by alert_key$$,
  $$values ('cap:neighbour', '100'), ('cap:owner', '80')$$,
  'an alert is raised once, and stays as it was raised'
);
select ok(
  (select bool_and(due_at <= now() and attempts = 0 and delivered_at is null and failed_at is null) from billing.usage_alerts),
  'and is to be delivered at once'
);

select * from finish();
rollback;
