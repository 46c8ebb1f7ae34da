-- For tools that read by SQL: the names and the columns of these views stay. They show no texts and no keys. Whoever may read
-- them is made a member of billing_reader, which can do nothing else.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'billing_reader') then
    create role billing_reader nologin;
  end if;
end
$$;

create view billing.report_periods as
select
  p.user_id,
  p.period_start,
  p.period_end,
  p.status,
  p.tokens,
  p.cost,
  p.own_key_tokens,
  encode(s.content_hash, 'hex') as statement_hash
from billing.usage_periods p
left join billing.statements s on s.period_start = p.period_start and s.user_id = p.user_id;

comment on view billing.report_periods is 'One row per user and period.';
comment on column billing.report_periods.user_id is 'The user, as in auth.users; stays after the account is erased.';
comment on column billing.report_periods.period_start is 'When the period begins.';
comment on column billing.report_periods.period_end is 'When it ends; this moment belongs to the next.';
comment on column billing.report_periods.status is 'open; blocked: a cap is reached; closed: frozen in a statement.';
comment on column billing.report_periods.tokens is 'Input and output tokens that the platform pays for.';
comment on column billing.report_periods.cost is 'What they cost, in the currency of the prices.';
comment on column billing.report_periods.own_key_tokens is 'Tokens on the user''s own key, which cost the platform nothing.';
comment on column billing.report_periods.statement_hash is 'SHA-256 of the statement in hexadecimal; null until the period is closed, or where nothing was used.';

create view billing.report_daily as
select
  d.day,
  d.user_id,
  d.model,
  d.purpose,
  d.payer,
  d.calls,
  d.input_tokens,
  d.cached_input_tokens,
  d.output_tokens,
  d.reasoning_tokens,
  d.cost
from billing.usage_daily d;

comment on view billing.report_daily is 'One row per day, user, model, purpose and payer.';
comment on column billing.report_daily.day is 'The day in UTC; what is known only after a period was closed counts to the day on which it became known.';
comment on column billing.report_daily.user_id is 'The user.';
comment on column billing.report_daily.model is 'The model, as it is named in the settings.';
comment on column billing.report_daily.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.report_daily.payer is 'platform, or own_key: on the user''s own key.';
comment on column billing.report_daily.calls is 'Model calls, each attempt for itself.';
comment on column billing.report_daily.input_tokens is 'Tokens of the prompts, cached ones included.';
comment on column billing.report_daily.cached_input_tokens is 'Those of the prompts that the provider had cached.';
comment on column billing.report_daily.output_tokens is 'Tokens of the answers, reasoning included.';
comment on column billing.report_daily.reasoning_tokens is 'Those of the answers that are reasoning.';
comment on column billing.report_daily.cost is 'In the currency of the prices; 0 on own keys.';

create view billing.report_ledger as
select
  e.id,
  e.completion_id,
  e.attempt,
  e.user_id,
  e.chat_id,
  e.purpose,
  e.model,
  e.payer,
  e.quality,
  e.input_tokens,
  e.cached_input_tokens,
  e.output_tokens,
  e.reasoning_tokens,
  e.input_rate,
  e.cached_input_rate,
  e.output_rate,
  e.reasoning_rate,
  e.cost,
  e.currency,
  e.price_id,
  e.period_start,
  e.day,
  e.occurred_at,
  e.recorded_at
from billing.usage_events e;

comment on view billing.report_ledger is 'The ledger: one row per call, and one per correction of a row. Rows are added, never changed.';
comment on column billing.report_ledger.id is 'Sent to the provider with the call as X-Client-Request-Id; an adjustment has one of its own.';
comment on column billing.report_ledger.completion_id is 'The answer, also the id of its message.';
comment on column billing.report_ledger.attempt is 'Which call of the answer, from 1.';
comment on column billing.report_ledger.user_id is 'The user.';
comment on column billing.report_ledger.chat_id is 'The chat, which may have been deleted since.';
comment on column billing.report_ledger.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.report_ledger.model is 'The model, as it is named in the settings.';
comment on column billing.report_ledger.payer is 'platform, or own_key.';
comment on column billing.report_ledger.quality is 'reported by the provider; estimated, as no report came; adjustment, to what became known later.';
comment on column billing.report_ledger.input_tokens is 'Tokens of the prompt, cached ones included; of an adjustment the difference.';
comment on column billing.report_ledger.cached_input_tokens is 'Those of the prompt that the provider had cached.';
comment on column billing.report_ledger.output_tokens is 'Tokens of the answer, reasoning included.';
comment on column billing.report_ledger.reasoning_tokens is 'Those of the answer that are reasoning.';
comment on column billing.report_ledger.input_rate is 'Price of a million uncached input tokens when the call was admitted.';
comment on column billing.report_ledger.cached_input_rate is 'Price of a million cached input tokens.';
comment on column billing.report_ledger.output_rate is 'Price of a million output tokens that are no reasoning.';
comment on column billing.report_ledger.reasoning_rate is 'Price of a million reasoning tokens.';
comment on column billing.report_ledger.cost is 'The tokens of each kind at their rates, exactly; 0 on own keys.';
comment on column billing.report_ledger.currency is 'ISO 4217.';
comment on column billing.report_ledger.price_id is 'The row of report_prices that the rates are from.';
comment on column billing.report_ledger.period_start is 'The period that it counts to; later than the call''s own where that was closed.';
comment on column billing.report_ledger.day is 'The day in UTC that it counts to.';
comment on column billing.report_ledger.occurred_at is 'When the call was admitted.';
comment on column billing.report_ledger.recorded_at is 'When the row was written.';

create view billing.report_statements as
select s.user_id, s.period_start, s.body, encode(s.content_hash, 'hex') as content_hash, s.created_at
from billing.statements s;

comment on view billing.report_statements is 'Closed periods, frozen.';
comment on column billing.report_statements.user_id is 'The user.';
comment on column billing.report_statements.period_start is 'When the period begins.';
comment on column billing.report_statements.body is 'Totals, a line per purpose, model and payer, and adjustments of earlier periods.';
comment on column billing.report_statements.content_hash is 'SHA-256 of the body''s text in hexadecimal.';
comment on column billing.report_statements.created_at is 'When the period was closed.';

create view billing.report_prices as
select m.id, m.model, m.valid_from, m.input, m.cached_input, m.output, m.reasoning, m.currency
from billing.model_prices m;

comment on view billing.report_prices is 'Prices, each in force until the next of its model.';
comment on column billing.report_prices.id is 'What rows of the ledger refer to.';
comment on column billing.report_prices.model is 'The model.';
comment on column billing.report_prices.valid_from is 'From when it is in force.';
comment on column billing.report_prices.input is 'Of a million uncached input tokens.';
comment on column billing.report_prices.cached_input is 'Of a million cached input tokens.';
comment on column billing.report_prices.output is 'Of a million output tokens that are no reasoning.';
comment on column billing.report_prices.reasoning is 'Of a million reasoning tokens.';
comment on column billing.report_prices.currency is 'ISO 4217.';

revoke all on billing.report_periods, billing.report_daily, billing.report_ledger, billing.report_statements, billing.report_prices
from public, anon, authenticated;
grant usage on schema billing to billing_reader;
grant select on billing.report_periods, billing.report_daily, billing.report_ledger, billing.report_statements, billing.report_prices
to billing_reader, service_role;

-- The caller's own figures.
create function billing.my_daily(p_from date, p_to date)
returns setof billing.usage_daily
language sql
stable
security definer
set search_path = ''
begin atomic
  select d.*
  from billing.usage_daily d
  where d.user_id = auth.uid() and d.day between p_from and p_to
  order by d.day, d.model, d.purpose, d.payer;
end;

create function billing.my_events(p_before timestamptz, p_before_id uuid, p_limit integer)
returns setof billing.usage_events
language sql
stable
security definer
set search_path = ''
begin atomic
  select e.*
  from billing.usage_events e
  where e.user_id = auth.uid()
    and (e.occurred_at, e.id) < (coalesce(p_before, 'infinity'), coalesce(p_before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
  order by e.occurred_at desc, e.id desc
  limit p_limit;
end;

revoke all on function billing.my_daily, billing.my_events from public;
grant execute on function billing.my_daily, billing.my_events to authenticated;

create function billing.make_default(p_plan_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update billing.plans set is_default = false where is_default and id <> p_plan_id;
  update billing.plans set is_default = true where id = p_plan_id and not is_default;
end
$$;

revoke all on function billing.make_default from public;
grant execute on function billing.make_default to service_role;

comment on table billing.model_prices is
  'The prices of the first migration are those of https://platform.openai.com/docs/pricing, standard tier, in force since their valid_from '
  'and, by copies of that page, still in June 2026. Check them before billing; a new price is a new row.';
