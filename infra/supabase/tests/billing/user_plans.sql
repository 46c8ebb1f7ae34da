begin;
\ir ../cells.psql
select plan(98);

select pg_temp.given($$insert into billing.plans (id, name) values ('trial', 'Trial')$$);
select pg_temp.given($$
  insert into billing.user_plans (user_id, plan_id, blocked_reason) values ({owner}, 'trial', 'Not paid'), ({neighbour}, 'trial', null)
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.user_plans$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.user_plans (user_id, plan_id) values ({stranger}, 'trial')$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$update billing.user_plans set blocked_reason = null$$),
  ('denied    denied    denied    all       denied    denied    denied    denied', $$delete from billing.user_plans$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into billing.user_plans (user_id, plan_id) values ({owner}, 'trial')
      on conflict (user_id) do update set blocked_reason = null$$),
  -- A row for each of the five caps.
  ('5         5         denied    denied    5         5         5         22P02', $$select from billing.usage_summary()$$),
  ('5         0         denied    denied    0         0         0         22P02',
    $$select from billing.usage_summary() where plan_id = 'trial' and status = 'blocked'$$);
select pg_temp.check_cells('billing.user_plans');

select pg_temp.grant_everything('billing.user_plans');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.user_plans$$),
  ('policy    policy    policy    -         -         policy    policy    policy',
    $$insert into billing.user_plans (user_id, plan_id) values ({stranger}, 'trial')$$),
  ('0         0         0         -         -         0         0         0', $$update billing.user_plans set blocked_reason = null$$),
  ('0         0         0         -         -         0         0         0', $$delete from billing.user_plans$$);
select pg_temp.check_cells('billing.user_plans');

insert into refusals (refused_by, statement)
values
  ('user_plans_pkey', $$insert into billing.user_plans (user_id, plan_id) values ({owner}, 'trial')$$),
  ('user_plans_account_fkey', $$insert into billing.user_plans (user_id, plan_id) values (gen_random_uuid(), 'trial')$$),
  ('user_plans_plan_fkey', $$update billing.user_plans set plan_id = 'unknown'$$),
  ('user_plans_plan_fkey', $$delete from billing.plans where id = 'trial'$$),
  ('user_plans_caps_positive', $$update billing.user_plans set token_cap = -1$$),
  ('user_plans_caps_bounded', $$update billing.user_plans set daily_token_cap = 1000000000000001$$),
  ('user_plans_caps_bounded', $$update billing.user_plans set cost_cap = 1e-13$$),
  ('user_plans_limits_bounded', $$update billing.user_plans set concurrent_streams = 1000001$$),
  ('user_plans_limits_positive', $$update billing.user_plans set max_output_tokens = 0$$),
  ('user_plans_daily_caps_positive', $$update billing.user_plans set daily_token_cap = -1$$),
  ('user_plans_daily_caps_positive', $$update billing.user_plans set daily_cost_cap = -0.01$$),
  ('user_plans_anchor_is_day', $$update billing.user_plans set period_anchor_day = 32$$),
  ('user_plans_blocked_reason_length', $$update billing.user_plans set blocked_reason = ''$$);
select pg_temp.check_refusals();

select results_eq(
  pg_temp.with_names($$
    select l.plan_id, l.blocked_reason
    from (values (1, {owner}), (2, {stranger})) who (position, id)
    cross join lateral billing.limits_of(who.id) l
    order by who.position
  $$),
  $$
    values ('trial', 'Not paid'), ((select id from billing.plans where is_default), null)
  $$,
  'who has no row is on the default plan'
);
select pg_temp.given($$update billing.user_plans set token_cap = 1 where user_id = {owner}$$);
select isnt_empty(
  pg_temp.with_names($$select from billing.user_plans where user_id = {owner} and updated_at > created_at$$), 'a change shows its time'
);


select pg_temp.given($$
  insert into billing.usage_periods (user_id, period_start, period_end, tokens)
  values ({owner}, billing.period_start(now()), billing.period_end(now()), 1)
$$);
select pg_temp.given($$update billing.user_plans set cost_cap = 1 where user_id = {owner}$$);
select is(
  (select status from billing.usage_periods where user_id = md5('owner')::uuid), 'blocked', 'who has no room for the smallest send is blocked'
);
select pg_temp.given($$update billing.user_plans set token_cap = 10000 where user_id = {owner}$$);
select is((select status from billing.usage_periods where user_id = md5('owner')::uuid), 'open', 'until it is raised');
select pg_temp.given($$update billing.plans set token_cap = 0$$);
select pg_temp.given($$delete from billing.user_plans where user_id = {owner}$$);
select is((select status from billing.usage_periods where user_id = md5('owner')::uuid), 'blocked', 'or where nothing of their own is left');

select * from finish();
rollback;
