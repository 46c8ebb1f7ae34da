drop function billing.standing;
drop function billing.allowed_models;
drop function billing.unblock_periods;
drop function billing.close_periods;
drop function billing.limits_of;
drop function billing.period_start;
drop function billing.period_end;

-- The time that usage is billed by. Leases and retries go by the clock itself.
create function billing.clock()
returns timestamptz
language sql
volatile
return clock_timestamp();

alter table billing.plans
  -- Per day in UTC, within the period's.
  add column daily_token_cap bigint,
  add column daily_cost_cap numeric,
  -- The day of the month on which a period begins, in UTC; the last day of a shorter month.
  add column period_anchor_day smallint not null default 1,
  -- Whether answers that are being written are stopped when a cap is reached.
  add column stops_at_cap boolean not null default false,
  -- Set by a change of the limits, until the timer has looked at everybody on the plan.
  add column is_review_due boolean not null default false,
  add constraint plans_daily_caps_positive check (daily_token_cap >= 0 and daily_cost_cap >= 0),
  add constraint plans_anchor_is_day check (period_anchor_day between 1 and 31);

alter table billing.user_plans
  add column daily_token_cap bigint,
  add column daily_cost_cap numeric,
  add column period_anchor_day smallint,
  add constraint user_plans_daily_caps_positive check (daily_token_cap >= 0 and daily_cost_cap >= 0),
  add constraint user_plans_anchor_is_day check (period_anchor_day between 1 and 31);

create index plans_to_review on billing.plans (id) where is_review_due;
-- Who is on a plan that has changed is looked for among those who have a period, not among all periods that ever were.
create index usage_periods_open on billing.usage_periods (user_id) where status <> 'closed';
create index user_plans_blocked on billing.user_plans (user_id) where blocked_reason is not null;

create type billing.limits as (
  plan_id text,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  daily_token_cap bigint,
  daily_cost_cap numeric,
  period_anchor_day integer,
  requests_per_minute integer,
  concurrent_streams integer,
  max_output_tokens integer,
  models_allowed text[],
  stops_at_cap boolean,
  blocked_reason text
);

-- The limits in force for a user: the plan's, where the user's own row does not say otherwise.
create function billing.limits_of(p_user_id uuid)
returns setof billing.limits
language sql
stable
set search_path = ''
rows 1
begin atomic
  select
    p.id,
    coalesce(u.token_cap, p.token_cap),
    coalesce(u.cost_cap, p.cost_cap),
    coalesce(u.own_key_token_cap, p.own_key_token_cap),
    coalesce(u.daily_token_cap, p.daily_token_cap),
    coalesce(u.daily_cost_cap, p.daily_cost_cap),
    coalesce(u.period_anchor_day, p.period_anchor_day)::integer,
    coalesce(u.requests_per_minute, p.requests_per_minute),
    coalesce(u.concurrent_streams, p.concurrent_streams),
    coalesce(u.max_output_tokens, p.max_output_tokens),
    p.models_allowed,
    p.stops_at_cap,
    u.blocked_reason
  from (values (p_user_id)) who (user_id)
  left join billing.user_plans u on u.user_id = who.user_id
  join billing.plans p on p.id = coalesce(u.plan_id, (select d.id from billing.plans d where d.is_default));
end;

-- When periods begin in the month of p_at that lies p_months away.
create function billing.anchor_in(p_at timestamptz, p_months integer, p_anchor_day integer)
returns timestamptz
language sql
immutable
return least(
  date_trunc('month', p_at at time zone 'UTC') + make_interval(months => p_months, days => p_anchor_day - 1),
  date_trunc('month', p_at at time zone 'UTC') + make_interval(months => p_months + 1) - interval '1 day'
) at time zone 'UTC';

-- The period that p_at lies in begins here; by default periods are calendar months in UTC.
create function billing.period_start(p_at timestamptz, p_anchor_day integer default 1)
returns timestamptz
language sql
immutable
return case
  when billing.anchor_in(p_at, 0, p_anchor_day) <= p_at then billing.anchor_in(p_at, 0, p_anchor_day)
  else billing.anchor_in(p_at, -1, p_anchor_day)
end;

create function billing.period_end(p_at timestamptz, p_anchor_day integer default 1)
returns timestamptz
language sql
immutable
return case
  when billing.anchor_in(p_at, 0, p_anchor_day) > p_at then billing.anchor_in(p_at, 0, p_anchor_day)
  else billing.anchor_in(p_at, 1, p_anchor_day)
end;

-- The user's period, as it is or as it would begin now. A period goes on to its end, also where the anchor has moved meanwhile.
create function billing.current_period(p_user_id uuid, p_anchor_day integer)
returns billing.usage_periods
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := billing.clock();
  v_period billing.usage_periods;
begin
  select u.* into v_period
  from billing.usage_periods u
  where u.user_id = p_user_id
  order by u.period_start desc
  limit 1;

  if v_period.period_end is null or v_period.period_end <= v_now then
    v_period.user_id := p_user_id;
    v_period.period_start := greatest(v_period.period_end, billing.period_start(v_now, p_anchor_day));
    v_period.period_end := billing.period_end(v_now, p_anchor_day);
    v_period.tokens := 0;
    v_period.cost := 0;
    v_period.own_key_tokens := 0;
    v_period.status := 'open';
  end if;
  return v_period;
end
$$;

-- The lock on the user's period is the queue of all that counts against a cap; a first request makes the row.
create function billing.lock_period(p_user_id uuid, p_anchor_day integer)
returns billing.usage_periods
language plpgsql
set search_path = ''
as $$
declare
  v_current billing.usage_periods;
  v_period billing.usage_periods;
begin
  loop
    v_current := billing.current_period(p_user_id, p_anchor_day);
    select u.* into v_period
    from billing.usage_periods u
    where u.user_id = p_user_id and u.period_start = v_current.period_start
    for update;
    if not found then
      -- Who makes the first row at the same time, by an anchor that was moved just then, would make one that overlaps.
      perform pg_advisory_xact_lock(hashtextextended(p_user_id::text, 0));
      v_current := billing.current_period(p_user_id, p_anchor_day);
      insert into billing.usage_periods (user_id, period_start, period_end)
      values (p_user_id, v_current.period_start, v_current.period_end)
      on conflict do nothing;
    -- The period may have ended while it waited for its turn.
    elsif v_period.period_end > billing.clock() then
      return v_period;
    end if;
  end loop;
end
$$;

-- Now, and in the period, whatever the clock has done since it was locked.
create function billing.moment_in(p_period billing.usage_periods)
returns timestamptz
language sql
set search_path = ''
return greatest((p_period).period_start, least(billing.clock(), (p_period).period_end - interval '1 microsecond'));

-- What all users may use together, in calendar months in UTC; null is no limit.
create table billing.deployment_limits (
  is_only boolean not null default true,
  token_cap bigint,
  cost_cap numeric,
  requests_per_minute integer,
  concurrent_streams integer,
  updated_at timestamptz not null default now(),
  constraint deployment_limits_pkey primary key (is_only),
  constraint deployment_limits_one_row check (is_only),
  constraint deployment_limits_caps_positive check (token_cap >= 0 and cost_cap >= 0),
  constraint deployment_limits_rates_positive check (requests_per_minute > 0 and concurrent_streams > 0)
);

insert into billing.deployment_limits default values;

create trigger deployment_limits_touch_updated_at
before update on billing.deployment_limits
for each row execute function chatbot.touch_updated_at();

alter table billing.deployment_limits enable row level security;
alter table billing.deployment_limits force row level security;
revoke all on billing.deployment_limits from public, anon, authenticated, service_role;
grant select, update on billing.deployment_limits to service_role;

-- What all users have used together, counted along only where there are caps: everybody waits for this row's lock. Less than
-- nothing is what of an earlier month turned out too high.
create table billing.deployment_periods (
  period_start timestamptz not null,
  tokens bigint not null default 0,
  cost numeric not null default 0,
  constraint deployment_periods_pkey primary key (period_start)
);

alter table billing.deployment_periods enable row level security;
alter table billing.deployment_periods force row level security;
revoke all on billing.deployment_periods from public, anon, authenticated, service_role;
grant select, insert, update, delete on billing.deployment_periods to service_role;

create index usage_reservations_platform on billing.usage_reservations (created_at) include (tokens, cost) where payer = 'platform';
create index completions_live on chatbot.completions (id) where state in ('admitted', 'streaming');

-- Takes a token from a bucket, whose capacity is a minute's worth, refilled evenly.
create function chatbot.take_token(p_user_id uuid, p_kind text, p_per_minute integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_left double precision;
begin
  insert into chatbot.rate_buckets as b (user_id, kind, tokens, updated_at)
  values (p_user_id, p_kind, p_per_minute - 1, v_now)
  on conflict (user_id, kind) do update
  -- Who waited for another's turn must not turn the time back.
  set tokens = least(p_per_minute, b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60) - 1,
      updated_at = greatest(v_now, b.updated_at)
  where least(p_per_minute, b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60) >= 1;

  if not found then
    select b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60
    into v_left
    from chatbot.rate_buckets b
    where b.user_id = p_user_id and b.kind = p_kind;

    perform chatbot.refuse('CB008', 'Too many sends in a short time.', jsonb_build_object(
      'limit', p_per_minute,
      'windowSeconds', 60,
      'retryAfterSeconds', ceil((1 - v_left) * 60 / p_per_minute)
    ));
  end if;
end
$$;

alter table chatbot.rate_buckets
  drop constraint rate_buckets_kind_known,
  -- The bucket of the whole deployment is kept under the nil UUID.
  add constraint rate_buckets_kind_known check (kind in ('send', 'deployment') and (kind = 'deployment') = (user_id = '00000000-0000-0000-0000-000000000000'));

-- Which of these models the caller's plan allows, with the price in force.
create function billing.allowed_models(p_names text[])
returns table (name text, input numeric, cached_input numeric, output numeric, reasoning numeric, currency text)
language sql
security definer
set search_path = ''
begin atomic
  select n.name, p.input, p.cached_input, p.output, p.reasoning, p.currency
  from unnest(p_names) n (name)
  cross join billing.limits_of(auth.uid()) l
  cross join lateral billing.price_of(n.name, billing.clock()) p
  where l.models_allowed is null or n.name = any (l.models_allowed);
end;

-- A model without a price cannot be sold.
create function billing.refuse_unpriced_models()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_unpriced text;
begin
  select string_agg(m.name, ', ') into v_unpriced
  from unnest(new.models_allowed) m (name)
  where not exists (select from billing.price_of(m.name, billing.clock()));
  if v_unpriced is not null then
    perform chatbot.refuse('CB012', format('There is no price in force for %s. Set one before allowing the model.', v_unpriced));
  end if;
  return new;
end
$$;

create trigger plans_refuse_unpriced_models
before insert or update of models_allowed on billing.plans
for each row
when (new.models_allowed is not null)
execute function billing.refuse_unpriced_models();

create function billing.note_changed_limits()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.is_review_due := true;
  return new;
end
$$;

create trigger plans_note_changed_limits
before update of token_cap, cost_cap, own_key_token_cap, is_default on billing.plans
for each row
when (
  (old.token_cap, old.cost_cap, old.own_key_token_cap, old.is_default)
  is distinct from (new.token_cap, new.cost_cap, new.own_key_token_cap, new.is_default)
)
execute function billing.note_changed_limits();

-- One currency: sums and caps know no exchange rates. And no price for what has been billed already.
create function billing.check_price()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from billing.model_prices m where m.currency <> new.currency) then
    perform chatbot.refuse('CB012', 'All prices are in one currency.');
  end if;
  if new.valid_from < least(now(), billing.clock()) and exists (select from billing.price_of(new.model, billing.clock())) then
    perform chatbot.refuse('CB012', format('A new price of %s can be in force from now on, not before.', new.model));
  end if;
  return new;
end
$$;

create trigger model_prices_check
before insert on billing.model_prices
for each row execute function billing.check_price();

revoke all on all functions in schema billing, chatbot from public;
grant execute on function billing.clock, billing.limits_of, billing.anchor_in, billing.period_start, billing.period_end, billing.current_period,
  billing.lock_period, billing.moment_in, chatbot.take_token, chatbot.refuse
to service_role;
grant execute on function billing.allowed_models to authenticated;
