begin;
\ir ../cells.psql
select plan(70);

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
  ('plans_one_default', $$update billing.plans set is_default = true$$);
select pg_temp.check_refusals();

select pg_temp.given($$update billing.plans set name = 'Tryout' where id = 'trial'$$);
select isnt_empty($$select from billing.plans where id = 'trial' and updated_at > created_at$$, 'a change shows its time');

select * from finish();
rollback;
