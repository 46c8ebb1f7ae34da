alter table billing.usage_periods
  -- What turns out too high after its period was closed is given back in the next.
  drop constraint usage_periods_not_negative;

-- What reports of a month read.
create index usage_periods_by_start on billing.usage_periods (period_start, user_id);
create index usage_events_adjustments on billing.usage_events (completion_id, attempt) where quality = 'adjustment';

-- All ledger rows of a completion.
create function billing.events_of(p_completion_id uuid)
returns setof billing.usage_events
language sql
stable
set search_path = ''
begin atomic
  -- Each half has an index of its own.
  select e.* from billing.usage_events e where e.completion_id = p_completion_id and e.quality <> 'adjustment'
  union all
  select e.* from billing.usage_events e where e.completion_id = p_completion_id and e.quality = 'adjustment';
end;

-- Warns at 80 and at all of 100 % of a cap, by the higher that is reached: once per period, whoever notices. A user of null is all.
create function billing.raise_cap_alert(
  p_user_id uuid,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  p_period_start timestamptz,
  p_resets_at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_percent integer := case when p_used >= p_limit then 100 when p_used * 100 >= p_limit * 80 then 80 end;
begin
  if p_used > 0 and v_percent is not null then
    perform billing.raise_alert(
      format(
        'cap:%s:%s:%s:%s',
        coalesce(p_user_id::text, 'deployment'), p_cap, to_char(p_period_start at time zone 'UTC', 'YYYY-MM-DD'), v_percent
      ),
      'cap',
      p_user_id,
      jsonb_build_object(
        'cap', p_cap,
        'percent', v_percent,
        'limit', p_limit,
        'used', p_used,
        'periodStart', p_period_start,
        'resetsAt', p_resets_at
      )
    );
  end if;
end
$$;

create function billing.raise_cap_alerts(p_period billing.usage_periods, p_limits billing.limits)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform billing.raise_cap_alert((p_period).user_id, c.cap, c.cap_limit, c.used, (p_period).period_start, (p_period).period_end)
  from (
    values
      ('tokens', (p_limits).token_cap, (p_period).tokens),
      ('cost', (p_limits).cost_cap, (p_period).cost),
      ('own_key_tokens', (p_limits).own_key_token_cap, (p_period).own_key_tokens)
  ) c (cap, cap_limit, used);
end
$$;

create function billing.status_under(p_limits billing.limits, p_tokens bigint, p_cost numeric)
returns text
language sql
immutable
return case when p_tokens >= (p_limits).token_cap or p_cost >= (p_limits).cost_cap then 'blocked' else 'open' end;

-- Brings the user's current period in line with limits that have changed.
create function billing.review_user(p_user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_limits billing.limits;
  v_period billing.usage_periods;
begin
  select l.* into v_limits from billing.limits_of(p_user_id) l;
  update billing.usage_periods u
  set status = billing.status_under(v_limits, u.tokens, u.cost)
  where u.user_id = p_user_id and u.period_end > billing.clock() and u.status <> 'closed'
  returning u.* into v_period;
  if found then
    perform billing.raise_cap_alerts(v_period, v_limits);
  end if;
end
$$;

create function billing.review_changed_user()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform billing.review_user(coalesce(new.user_id, old.user_id));
  return null;
end
$$;

create trigger user_plans_review
after insert or update or delete on billing.user_plans
for each row execute function billing.review_changed_user();

-- Reviews the next users of a plan whose limits have changed; the last of those looked at, null when there are no more.
create function billing.review_plan(p_plan_id text, p_after uuid, p_limit integer)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_looked_at uuid[];
begin
  select array_agg(b.user_id order by b.user_id) into v_looked_at
  from (
    select u.user_id
    from billing.usage_periods u
    where u.user_id > p_after and u.period_end > billing.clock() and u.status <> 'closed'
    order by u.user_id
    limit p_limit
  ) b;

  perform billing.review_user(u.user_id)
  from billing.usage_periods u
  cross join lateral billing.limits_of(u.user_id) l
  where u.user_id = any (v_looked_at) and u.period_end > billing.clock() and u.status <> 'closed' and l.plan_id = p_plan_id
    and (
      u.status <> billing.status_under(l, u.tokens, u.cost)
      or u.tokens * 100 >= l.token_cap * 80 or u.cost * 100 >= l.cost_cap * 80 or u.own_key_tokens * 100 >= l.own_key_token_cap * 80
    );

  return v_looked_at[cardinality(v_looked_at)];
end
$$;

-- Everybody on the plan was looked at, unless it has changed once more meanwhile.
create function billing.end_review(p_plan_id text, p_changed_at timestamptz)
returns void
language sql
set search_path = ''
begin atomic
  update billing.plans
  set is_review_due = false
  where id = p_plan_id and updated_at = p_changed_at;
end;

-- The ledger row of one attempt, and the totals with it. Where the attempt has its row, and other figures are now known, an
-- adjustment brings the sums to them. p_period is where it counts: the call's own period, or the current one where that is closed.
create function billing.record_attempt(
  p_id uuid,
  p_completion chatbot.completions,
  p_period_start timestamptz,
  p_limits billing.limits,
  p_attempt integer,
  p_model text,
  p_price billing.model_prices,
  p_input integer,
  p_cached integer,
  p_output integer,
  p_reasoning integer,
  p_quality text
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_is_platform boolean := p_completion.payer = 'platform';
  v_day date := (case p_period_start when p_completion.period_start then p_completion.created_at else billing.clock() end at time zone 'UTC')::date;
  v_had record;
  v_new record;
  v_period billing.usage_periods;
begin
  select
    count(*) > 0 as is_there,
    coalesce(sum(e.input_tokens), 0) as input,
    coalesce(sum(e.cached_input_tokens), 0) as cached,
    coalesce(sum(e.output_tokens), 0) as output,
    coalesce(sum(e.reasoning_tokens), 0) as reasoning,
    coalesce(sum(e.cost), 0) as cost
  into v_had
  from billing.events_of(p_completion.id) e
  where e.attempt = p_attempt;

  select
    p_input - v_had.input as input,
    p_cached - v_had.cached as cached,
    p_output - v_had.output as output,
    p_reasoning - v_had.reasoning as reasoning,
    p_input - v_had.input + p_output - v_had.output as tokens,
    case when v_is_platform then billing.cost_of(p_price, p_input, p_cached, p_output, p_reasoning) else 0 end - v_had.cost as cost
  into v_new;
  if v_had.is_there and (v_new.input, v_new.cached, v_new.output, v_new.reasoning, v_new.cost) = (0, 0, 0, 0, 0) then
    return;
  end if;

  insert into billing.usage_events (
    id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
    price_id, input_rate, cached_input_rate, output_rate, reasoning_rate, cost, currency, quality, payer, period_start, day, occurred_at
  )
  values (
    case when v_had.is_there then gen_random_uuid() else p_id end, p_completion.id, p_attempt, p_completion.user_id, p_completion.chat_id,
    p_completion.purpose, p_model, v_new.input, v_new.cached, v_new.output, v_new.reasoning, p_price.id, p_price.input, p_price.cached_input,
    p_price.output, p_price.reasoning, v_new.cost, p_price.currency, case when v_had.is_there then 'adjustment' else p_quality end,
    p_completion.payer, p_period_start, v_day, p_completion.created_at
  );

  update billing.usage_periods u
  set tokens = u.tokens + t.platform,
      cost = u.cost + v_new.cost,
      own_key_tokens = u.own_key_tokens + t.own_key,
      status = billing.status_under(p_limits, u.tokens + t.platform, u.cost + v_new.cost)
  from (
    select case when v_is_platform then v_new.tokens else 0 end, case when v_is_platform then 0 else v_new.tokens end
  ) t (platform, own_key)
  where u.user_id = p_completion.user_id and u.period_start = p_period_start
  returning u.* into v_period;
  perform billing.raise_cap_alerts(v_period, p_limits);

  insert into billing.usage_daily as d (
    user_id, day, model, purpose, payer, calls, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost
  )
  values (
    p_completion.user_id, v_day, p_model, p_completion.purpose, p_completion.payer,
    case when v_had.is_there then 0 else 1 end, v_new.input, v_new.cached, v_new.output, v_new.reasoning, v_new.cost
  )
  on conflict (user_id, day, model, purpose, payer) do update
  set calls = d.calls + excluded.calls,
      input_tokens = d.input_tokens + excluded.input_tokens,
      cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
      output_tokens = d.output_tokens + excluded.output_tokens,
      reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
      cost = d.cost + excluded.cost;

  if v_is_platform then
    perform billing.record_for_deployment(billing.period_start(v_day::timestamp at time zone 'UTC'), v_new.tokens, v_new.cost);
  end if;
end
$$;

-- Counts what all users use together, where that is capped; last, as everybody waits for each other here.
create function billing.record_for_deployment(p_period_start timestamptz, p_tokens bigint, p_cost numeric)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_period billing.deployment_periods;
begin
  if exists (select from billing.deployment_limits l where num_nonnulls(l.token_cap, l.cost_cap) > 0) then
    insert into billing.deployment_periods as d (period_start, tokens, cost)
    select p_period_start, p_tokens, p_cost
    -- A month that was over before there were limits is not begun: it would lack what was used then.
    where p_period_start >= billing.period_start(billing.clock())
      or exists (select from billing.deployment_periods b where b.period_start = p_period_start)
    on conflict (period_start) do update
    set tokens = d.tokens + excluded.tokens,
        cost = d.cost + excluded.cost
    returning d.* into v_period;

    perform billing.raise_cap_alert(null, c.cap, c.cap_limit, c.used, p_period_start, billing.period_end(p_period_start))
    from billing.deployment_limits l
    cross join lateral (
      values ('deployment_tokens', l.token_cap, v_period.tokens), ('deployment_cost', l.cost_cap, v_period.cost)
    ) c (cap, cap_limit, used);
  end if;
end
$$;

-- Limits all users together. What they have used this month is counted from the rollup, as it is not counted along without
-- caps; who settles at the same time waits.
create function billing.limit_deployment(p_token_cap bigint, p_cost_cap numeric, p_requests_per_minute integer, p_concurrent_streams integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_month timestamptz := billing.period_start(billing.clock());
begin
  lock table billing.usage_daily in share row exclusive mode;
  update billing.deployment_limits
  set token_cap = p_token_cap,
      cost_cap = p_cost_cap,
      requests_per_minute = p_requests_per_minute,
      concurrent_streams = p_concurrent_streams;

  insert into billing.deployment_periods (period_start, tokens, cost)
  select v_month, coalesce(sum(d.input_tokens + d.output_tokens), 0), coalesce(sum(d.cost), 0)
  from billing.usage_daily d
  where d.day >= (v_month at time zone 'UTC')::date and d.day < (billing.period_end(v_month) at time zone 'UTC')::date and d.payer = 'platform'
  having num_nonnulls(p_token_cap, p_cost_cap) > 0
  on conflict (period_start) do update
  set tokens = excluded.tokens,
      cost = excluded.cost;
end
$$;

-- Writes the ledger rows of a completion, settles its reservation and moves the totals, in one transaction and once.
-- Returns 'recorded', 'unbilled' (no model was called), 'uncounted' (give the counts), 'early' (not stored yet), null (unknown).
create or replace function billing.record_usage(p_id uuid, p_input_tokens integer default null, p_output_tokens integer default null)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_abandoned record;
  v_price billing.model_prices;
  v_bytes integer;
  v_input integer;
  v_is_reported boolean;
  v_is_recorded boolean;
begin
  -- In the order in which the admission locks them.
  select u.* into v_period
  from billing.usage_periods u
  join chatbot.completions c on c.user_id = u.user_id and c.period_start = u.period_start
  where c.id = p_id
  for update of u;
  select c.* into v_completion from chatbot.completions c where c.id = p_id for update;
  if not found then
    return null;
  end if;
  if v_completion.recorded_at is not null then
    return 'recorded';
  end if;
  if v_completion.persisted_at is null then
    return 'early';
  end if;

  -- More than the proven bound is no report to be believed.
  v_is_reported := coalesce(
    v_completion.input_tokens <= v_completion.prompt_bound and v_completion.output_tokens <= v_completion.max_output_tokens, false
  );
  if not v_is_reported and p_input_tokens is null and (
    v_completion.called_at is not null or exists (select from chatbot.abandoned_attempts a where a.completion_id = p_id)
  ) then
    return 'uncounted';
  end if;

  -- What of the prompt was edited or deleted since can no longer be counted: it is charged by its bytes, up to the bound, so that
  -- deleting never refunds.
  select coalesce(sum(octet_length(p.content)), 0) into v_bytes from chatbot.prompt_of(p_id) p;
  v_input := case
    when v_is_reported then v_completion.input_tokens
    when v_bytes > v_completion.prompt_bytes and not exists (
      -- An answer in the prompt that ended late has more text now; any other text that grew is another text.
      select
      from chatbot.completions l
      where l.id = any (v_completion.prompt_message_ids) and l.lease_epoch > 2
    ) then v_completion.prompt_bound
    else least(p_input_tokens + greatest(v_completion.prompt_bytes - v_bytes, 0), v_completion.prompt_bound)
  end;

  select l.* into v_limits from billing.limits_of(v_completion.user_id) l;
  if v_period.status = 'closed' then
    v_period := billing.lock_period(v_completion.user_id, v_limits.period_anchor_day);
  end if;

  -- Of an attempt that gave no token the prompt may be charged, and it was the same.
  for v_abandoned in
    select a.id, a.attempt, a.model, p as price
    from chatbot.abandoned_attempts a
    join billing.model_prices p on p.id = a.price_id
    where a.completion_id = p_id
    order by a.attempt
  loop
    perform billing.record_attempt(
      v_abandoned.id, v_completion, v_period.period_start, v_limits, v_abandoned.attempt, v_abandoned.model, v_abandoned.price, v_input, 0, 0, 0,
      'estimated'
    );
    v_is_recorded := true;
  end loop;

  select m.* into strict v_price from billing.model_prices m where m.id = v_completion.price_id;
  if v_completion.called_at is not null then
    v_completion.input_tokens := v_input;
    if not v_is_reported then
      v_completion.cached_input_tokens := 0;
      v_completion.output_tokens := least(p_output_tokens, v_completion.max_output_tokens);
      v_completion.reasoning_tokens := 0;
    end if;
  elsif exists (select from billing.events_of(p_id) e where e.attempt = v_completion.attempt) then
    -- It was taken for called, and is now known not to have been.
    v_completion.input_tokens := 0;
    v_completion.cached_input_tokens := 0;
    v_completion.output_tokens := 0;
    v_completion.reasoning_tokens := 0;
  else
    v_completion.input_tokens := null;
  end if;

  if v_completion.input_tokens is not null then
    perform billing.record_attempt(
      coalesce(v_completion.attempt_id, p_id), v_completion, v_period.period_start, v_limits, v_completion.attempt, v_completion.model, v_price,
      v_completion.input_tokens, v_completion.cached_input_tokens, v_completion.output_tokens, v_completion.reasoning_tokens,
      case when v_is_reported then 'reported' else 'estimated' end
    );
    v_is_recorded := true;
  end if;

  update public.messages m
  set receipt = coalesce(m.receipt, '{}') || sums.receipt
  from (
    select jsonb_build_object(
      'inputTokens', sum(e.input_tokens),
      'cachedInputTokens', sum(e.cached_input_tokens),
      'outputTokens', sum(e.output_tokens),
      'reasoningTokens', sum(e.reasoning_tokens),
      'quality', case when v_is_reported and min(e.attempt) = v_completion.attempt then 'reported' else 'estimated' end,
      'cost', sum(e.cost),
      'currency', v_price.currency,
      'priceId', v_price.id
    ) as receipt
    from billing.events_of(p_id) e
    having count(*) > 0
  ) sums
  -- The user may have deleted the answer and given its id to a message of their own.
  where m.id = p_id and m.user_id = v_completion.user_id and m.role = 'assistant';

  delete from billing.usage_reservations where completion_id = p_id;
  delete from chatbot.completion_deltas where completion_id = p_id;
  update chatbot.completions set recorded_at = clock_timestamp() where id = p_id;
  return case when v_is_recorded then 'recorded' else 'unbilled' end;
end
$$;

-- What a period comes to, from the ledger: once it is closed the same for ever, to the byte. Adjustments are what calls of
-- earlier periods have turned out to cost after those were closed.
create function billing.statement_of(p_user_id uuid, p_period_start timestamptz)
returns jsonb
language sql
stable
set search_path = ''
begin atomic
  with lines as (
    select
      e.occurred_at < e.period_start as is_late,
      case when e.occurred_at < e.period_start then to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD') end as of_day,
      e.purpose,
      e.model,
      e.payer,
      max(e.currency) as currency,
      count(*) filter (where e.quality <> 'adjustment') as calls,
      sum(e.input_tokens) as input,
      sum(e.cached_input_tokens) as cached,
      sum(e.output_tokens) as output,
      sum(e.reasoning_tokens) as reasoning,
      trim_scale(sum(e.cost)) as cost
    from billing.usage_events e
    where e.user_id = p_user_id and e.period_start = p_period_start
    group by 1, 2, 3, 4, 5
  ),
  written as (
    select
      l.*,
      jsonb_strip_nulls(jsonb_build_object(
        'day', l.of_day,
        'purpose', l.purpose,
        'model', l.model,
        'payer', l.payer,
        'calls', l.calls,
        'inputTokens', l.input,
        'cachedInputTokens', l.cached,
        'outputTokens', l.output,
        'reasoningTokens', l.reasoning,
        'cost', l.cost
      )) as line
    from lines l
  )
  select jsonb_build_object(
    'version', 1,
    'userId', p_user_id,
    'periodStart', to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'periodEnd', to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'currency', max(w.currency),
    'tokens', coalesce(sum(w.input + w.output) filter (where w.payer = 'platform'), 0),
    'ownKeyTokens', coalesce(sum(w.input + w.output) filter (where w.payer = 'own_key'), 0),
    'cost', trim_scale(sum(w.cost)),
    'lines', coalesce(jsonb_agg(w.line order by w.purpose collate "C", w.model collate "C", w.payer) filter (where not w.is_late), '[]'),
    'adjustments', coalesce(
      jsonb_agg(w.line order by w.of_day, w.purpose collate "C", w.model collate "C", w.payer) filter (where w.is_late), '[]'
    )
  )
  from billing.usage_periods p
  join written w on true
  where p.user_id = p_user_id and p.period_start = p_period_start
  group by p.period_start, p.period_end;
end;

create function billing.hash_of(p_statement jsonb)
returns bytea
language sql
immutable
return sha256(convert_to(p_statement::text, 'UTF8'));

-- Closes periods that are over and hold no reservation any more, and freezes what they came to; how many. What becomes known
-- of their calls later counts to the period that is current then.
create function billing.close_periods(p_close_after interval, p_limit integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_over billing.usage_periods[];
begin
  select array_agg(o.period) into v_over
  from (
    select p as period
    from billing.usage_periods p
    where p.period_end < billing.clock() - p_close_after and p.status <> 'closed'
      and not exists (
        select from billing.usage_reservations r where r.user_id = p.user_id and r.period_start = p.period_start
      )
    order by p.period_end
    limit p_limit
    for update skip locked
  ) o;

  -- The locks are held: what was recorded until then is seen by this statement, and nothing is recorded meanwhile.
  insert into billing.statements (user_id, period_start, body, content_hash)
  select o.user_id, o.period_start, s.body, billing.hash_of(s.body)
  from unnest(v_over) o
  cross join lateral billing.statement_of(o.user_id, o.period_start) s (body)
  where s.body is not null;

  update billing.usage_periods u
  set status = 'closed'
  from unnest(v_over) o
  where u.user_id = o.user_id and u.period_start = o.period_start;
  return coalesce(cardinality(v_over), 0);
end
$$;

-- Asks answers to stop whose users are blocked, or have reached a cap where the plan stops them at it; how many. Of the periods
-- only those are read that are blocked.
create function chatbot.stop_blocked()
returns integer
language sql
set search_path = ''
begin atomic
  with blocked as materialized (
    select u.user_id, null::timestamptz as period_start
    from billing.user_plans u
    where u.blocked_reason is not null
    union all
    select u.user_id, u.period_start
    from billing.usage_periods u
    where u.status = 'blocked'
  ),
  stopped as (
    update chatbot.completions c
    set cancel_requested = true
    where c.state in ('admitted', 'streaming') and not c.cancel_requested
      and exists (
        select
        from blocked b
        cross join billing.limits_of(b.user_id) l
        where b.user_id = c.user_id
          and (b.period_start is null or (b.period_start = c.period_start and l.stops_at_cap and c.payer = 'platform'))
      )
    returning c.id
  )
  select count(*)::integer from stopped;
end;

-- One run of the timer at a time, on all instances. A run that died is over when its lease is.
create table chatbot.timer_lease (
  is_only boolean not null default true,
  holder uuid,
  expires_at timestamptz not null default '-infinity',
  constraint timer_lease_pkey primary key (is_only),
  constraint timer_lease_one_row check (is_only)
);

insert into chatbot.timer_lease default values;

alter table chatbot.timer_lease enable row level security;
alter table chatbot.timer_lease force row level security;
revoke all on chatbot.timer_lease from public, anon, authenticated, service_role;
grant select, update on chatbot.timer_lease to service_role;

create function chatbot.begin_timer_run(p_holder uuid, p_lifetime interval)
returns boolean
language sql
set search_path = ''
begin atomic
  with taken as (
    update chatbot.timer_lease l
    set holder = p_holder,
        expires_at = clock_timestamp() + p_lifetime
    where l.expires_at < clock_timestamp() or l.holder = p_holder
    returning l.is_only
  )
  select exists (select from taken);
end;

create function chatbot.end_timer_run(p_holder uuid)
returns void
language sql
set search_path = ''
begin atomic
  update chatbot.timer_lease
  set expires_at = '-infinity'
  where holder = p_holder;
end;

revoke all on all functions in schema billing, chatbot from public;
grant execute on function billing.record_attempt, billing.events_of, billing.raise_cap_alert, billing.raise_cap_alerts, billing.status_under, billing.review_user, billing.review_plan,
  billing.end_review, billing.record_for_deployment, billing.limit_deployment, billing.statement_of, billing.hash_of, billing.close_periods,
  chatbot.stop_blocked, chatbot.begin_timer_run, chatbot.end_timer_run
to service_role;
