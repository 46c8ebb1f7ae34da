begin;
\ir ../cells.psql
select plan(98);

create function pg_temp.insert_of(
  p_id text,
  p_user text,
  p_completion text default 'new',
  p_quality text default 'reported',
  p_payer text default 'platform',
  p_cost numeric default 0,
  p_price text default 'price',
  p_purpose text default 'answer',
  p_rate numeric default 1,
  p_day date default '2030-01-02',
  p_rejected jsonb default null
)
returns text
language sql
return format(
  $$insert into billing.usage_events (
      id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
      price_id, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, cost, currency, quality, payer, period_start, day, occurred_at,
      rejected_report
    )
    values (
      {%s}, {%s}, 1, {%s}, {chat}, %L, 'parrot', 10, 0, 0, 20, 0, {%s}, 1, 0.5, 1, 2, %s, %s, 'USD', %L, %L, '2030-01-01', %L, '2030-01-02T00:00:00Z', %L
    )$$,
  p_id, p_completion, p_user, p_purpose, p_price, p_rate, p_cost, p_quality, p_payer, p_day, p_rejected
);
select pg_temp.given($$
  insert into billing.model_prices (id, model, valid_from, input, cached_input, output, reasoning)
  values ({price}, 'parrot', '2030-01-01', 1, 0.5, 2, 2)
$$);
select pg_temp.given(pg_temp.insert_of('answer', 'owner', 'answer'));
select pg_temp.given(pg_temp.insert_of('neighbours_answer', 'neighbour', 'neighbours_answer'));

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('denied    denied    denied    all       denied    denied    denied    denied', $$select from billing.usage_events$$),
  ('denied    denied    denied    1         denied    denied    denied    denied', pg_temp.insert_of('new', 'stranger')),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$update billing.usage_events set cost = 0$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$delete from billing.usage_events$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied', $$truncate billing.usage_events$$),
  ('denied    denied    denied    denied    denied    denied    denied    denied',
    pg_temp.insert_of('answer', 'owner') || $$ on conflict (id) do update set cost = 0$$);
select pg_temp.check_cells('billing.usage_events');

select pg_temp.grant_everything('billing.usage_events');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('0         0         0         -         -         0         0         0', $$select from billing.usage_events$$),
  ('policy    policy    policy    -         -         policy    policy    policy', pg_temp.insert_of('new', 'owner')),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$update billing.usage_events set cost = 0$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$delete from billing.usage_events$$),
  ('CB090     CB090     CB090     -         -         CB090     CB090     CB090', $$truncate billing.usage_events$$);
select pg_temp.check_cells('billing.usage_events');

insert into refusals (refused_by, statement)
values
  ('usage_events_one_per_attempt', pg_temp.insert_of('new', 'owner', 'answer')),
  ('usage_events_price_fkey', pg_temp.insert_of('new', 'owner', p_price => 'unknown')),
  ('usage_events_quality_known', pg_temp.insert_of('new', 'owner', p_quality => 'guessed')),
  ('usage_events_payer_known', pg_temp.insert_of('new', 'owner', p_payer => 'nobody')),
  ('usage_events_own_key_is_free', pg_temp.insert_of('new', 'owner', p_payer => 'own_key', p_cost => 1)),
  ('usage_events_consistent', pg_temp.insert_of('new', 'owner', p_cost => -1)),
  ('usage_events_purpose_known', pg_temp.insert_of('new', 'owner', p_purpose => 'gossip')),
  ('usage_events_rates_not_negative', pg_temp.insert_of('new', 'owner', p_rate => -1)),
  ('usage_events_rejected_report_not_believed', pg_temp.insert_of('new', 'owner', p_rejected => '{}')),
  ('usage_events_not_early', pg_temp.insert_of('new', 'owner', p_day => '2030-01-01'));
select pg_temp.check_refusals();
select lives_ok(
  pg_temp.with_names(pg_temp.insert_of('adjustment', 'owner', 'answer', p_quality => 'adjustment', p_cost => -1)),
  'an adjustment takes back'
);

-- By the role that owns the table, and may do anything else to it.
select throws_ok($$update billing.usage_events set cost = 0$$, 'CB090', null, 'the ledger is not edited');
select throws_ok($$update billing.usage_events set cost = 0 where false$$, 'CB090', null, 'not even where nothing would change');
select throws_ok($$delete from billing.usage_events$$, 'CB090', null, 'nor deleted from');
select throws_ok($$truncate billing.usage_events$$, 'CB090', null, 'nor truncated');
select throws_ok(
  pg_temp.with_names(pg_temp.insert_of('answer', 'owner')) || $$ on conflict (id) do update set cost = 0$$,
  'CB090', null, 'nor written over'
);

-- An answer that its user deletes, to write another message under its id, is billed all the same.
select pg_temp.given($$
  insert into chatbot.completions (
    id, user_id, chat_id, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids, lease_expires_at,
    state, called_at, ended_at, persisted_at, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
    reasoning_tokens, usage_quality
  )
  values (
    {deleted_answer}, {owner}, {chat}, 'parrot', 'platform', '2030-01-01', {price}, 10, 10, '{}', '2030-01-01',
    'finished', '2030-01-01', '2030-01-01', '2030-01-01', 1, 0, 0, 1, 0, 'reported'
  )
$$);
select pg_temp.given($$
  insert into billing.usage_periods (user_id, period_start, period_end) values ({owner}, '2030-01-01', '2030-02-01')
$$);
select pg_temp.given($$insert into public.messages (id, chat_id, user_id, role) values ({deleted_answer}, {chat}, {owner}, 'user')$$);
select lives_ok(pg_temp.with_names($$select billing.record_usage({deleted_answer})$$), 'whatever takes the id of a deleted answer');
select isnt_empty(
  pg_temp.with_names($$select from billing.usage_events where completion_id = {deleted_answer}$$), 'its usage is recorded'
);
select results_eq(
  pg_temp.with_names($$
    select input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, cost
    from billing.usage_events
    where completion_id = {deleted_answer}
  $$),
  $$values (1::numeric, 0.5, 1::numeric, 2::numeric, 2::numeric, 0.000003)$$,
  'with the rates that it was charged by'
);

select pg_temp.given($$delete from auth.users where id = {owner}$$);
select isnt_empty(pg_temp.with_names($$select from billing.usage_events where user_id = {owner}$$), 'the figures outlive their user');

select * from finish();
rollback;
