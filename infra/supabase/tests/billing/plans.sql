begin;
\ir ../cells.psql
select plan(88);

select pg_temp.given($$insert into billing.plans (id, name) values ('trial', 'Trial')$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.plans$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.plans (id, name) values ('mine', 'Mine')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.plans set token_cap = null$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.plans$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.plans (id, name) values ('trial', 'Mine')
      on conflict (id) do update set cost_cap = null$$);
select pg_temp.check_cells('billing.plans');

select pg_temp.grant_everything('billing.plans');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.plans$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.plans (id, name) values ('mine', 'Mine')$$),
  ('0         0         0         -         -         0         0         0', $$update billing.plans set token_cap = null$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.plans$$);
select pg_temp.check_cells('billing.plans');

insert into refusals (refused_by, statement)
values
  ('plans_id_form', $$update billing.plans set id = 'Trial plan' where id = 'trial'$$),
  ('plans_name_length', $$update billing.plans set name = ''$$),
  ('plans_caps_positive', $$update billing.plans set cost_cap = -1$$),
  ('plans_limits_positive', $$update billing.plans set concurrent_streams = 0$$),
  ('plans_caps_bounded', $$update billing.plans set own_key_token_cap = 1000000000000001$$),
  ('plans_caps_bounded', $$update billing.plans set daily_cost_cap = 1000000000001$$),
  ('plans_caps_bounded', $$update billing.plans set cost_cap = 0.0000000000001$$),
  ('plans_limits_bounded', $$update billing.plans set requests_per_minute = 1000001$$),
  ('plans_limits_bounded', $$update billing.plans set max_output_tokens = 10000001$$),
  ('plans_quotas_not_negative', $$update billing.plans set max_chats = -1$$),
  ('plans_quotas_not_negative', $$update billing.plans set max_messages_per_chat = -1$$),
  ('plans_quotas_not_negative', $$update billing.plans set max_stored_bytes = -1$$),
  ('plans_daily_caps_positive', $$update billing.plans set daily_token_cap = -1$$),
  ('plans_daily_caps_positive', $$update billing.plans set daily_cost_cap = -0.01$$),
  ('plans_anchor_is_day', $$update billing.plans set period_anchor_day = 0$$),
  ('plans_anchor_is_day', $$update billing.plans set period_anchor_day = 32$$),
  ('plans_one_default', $$update billing.plans set is_default = true$$);
select pg_temp.check_refusals();

select pg_temp.given($$update billing.plans set name = 'Tryout' where id = 'trial'$$);
select isnt_empty($$select from billing.plans where id = 'trial' and updated_at > created_at$$, 'a change shows its time');

select throws_ok(
  $$update billing.plans set models_allowed = '{gpt-4o,parrot}' where id = 'trial'$$,
  'CB012', 'There is no price in force for parrot. Set one before allowing the model.', 'a plan allows no model without a price'
);
select throws_ok(
  $$insert into billing.plans (id, name, models_allowed) values ('birds', 'Birds', '{parrot}')$$, 'CB012', null, 'neither from its beginning'
);
set local role service_role;
select throws_ok(
  $$insert into billing.plans (id, name, models_allowed) values ('birds', 'Birds', '{parrot}')$$, 'CB012', null, 'and the service is told why'
);
reset role;

select pg_temp.given($$update billing.plans set name = 'Trial', requests_per_minute = 7, stops_at_cap = true where id = 'trial'$$);
select is_empty($$select from billing.plans where is_review_due$$, 'a change of what blocks nobody leaves nobody to look at');
select pg_temp.given($$update billing.plans set token_cap = 1 where id = 'trial'$$);
select results_eq($$select id from billing.plans where is_review_due$$, array['trial'], 'a change of a cap leaves those on the plan to look at');
select pg_temp.given($$update billing.plans set is_review_due = false$$);
select pg_temp.given($$update billing.plans set is_default = false where is_default$$);
select pg_temp.given($$update billing.plans set is_review_due = false, is_default = true where id = 'trial'$$);
select ok((select is_review_due from billing.plans where id = 'trial'), 'as does the plan of who has no other being another');

select * from finish();
rollback;
