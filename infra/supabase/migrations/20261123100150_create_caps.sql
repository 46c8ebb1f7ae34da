-- Each cap that counts for a call at p_at: how much of it is used, and by which calls the rest is reserved. A limit of null is none.
create function billing.caps_of(
  p_period billing.usage_periods,
  p_limits billing.limits,
  p_payer text,
  p_at timestamptz,
  p_but_for uuid default null
)
returns table (cap text, unit text, cap_limit numeric, used numeric, reserved numeric, reserved_by uuid[], resets_at timestamptz)
language sql
set search_path = ''
begin atomic
  with today as (
    select t.starts_at, t.starts_at + interval '1 day' as ends_at, (t.starts_at at time zone 'UTC')::date as day
    from date_trunc('day', p_at, 'UTC') t (starts_at)
  ),
  reserved as (
    select
      coalesce(sum(v.tokens), 0) as tokens,
      coalesce(sum(v.cost), 0) as cost,
      coalesce(array_agg(v.completion_id order by v.created_at), '{}') as completions,
      coalesce(sum(v.tokens) filter (where v.is_today), 0) as tokens_today,
      coalesce(sum(v.cost) filter (where v.is_today), 0) as cost_today,
      coalesce(array_agg(v.completion_id order by v.created_at) filter (where v.is_today), '{}') as completions_today
    from (
      select v.*, v.created_at >= t.starts_at and v.created_at < t.ends_at as is_today
      from today t
      cross join billing.usage_reservations v
      where v.user_id = (p_period).user_id and v.period_start = (p_period).period_start and v.payer = p_payer
        and v.completion_id is distinct from p_but_for
    ) v
  ),
  used_today as (
    select coalesce(sum(d.input_tokens + d.output_tokens), 0) as tokens, coalesce(sum(d.cost), 0) as cost
    from today t
    left join billing.usage_daily d on d.user_id = (p_period).user_id and d.day = t.day and d.payer = 'platform'
  )
  select c.*
  from today t
  cross join reserved r
  cross join used_today u
  cross join lateral (
    values
      ('tokens', 'tokens', (p_limits).token_cap, (p_period).tokens, r.tokens, r.completions, (p_period).period_end),
      ('cost', 'cost', (p_limits).cost_cap, (p_period).cost, r.cost, r.completions, (p_period).period_end),
      ('daily_tokens', 'tokens', (p_limits).daily_token_cap, u.tokens, r.tokens_today, r.completions_today, t.ends_at),
      ('daily_cost', 'cost', (p_limits).daily_cost_cap, u.cost, r.cost_today, r.completions_today, t.ends_at)
  ) c
  where p_payer = 'platform'
  union all
  select
    'own_key_tokens', 'tokens', (p_limits).own_key_token_cap, (p_period).own_key_tokens, r.tokens, r.completions, (p_period).period_end
  from reserved r
  where p_payer = 'own_key'
  union all
  -- Who else uses the deployment is nobody's business.
  select d.*
  from billing.deployment_limits l
  cross join lateral (values (billing.period_start(p_at), billing.period_end(p_at))) m (starts_at, ends_at)
  left join billing.deployment_periods p on p.period_start = m.starts_at
  cross join lateral (
    select coalesce(sum(v.tokens), 0) as tokens, coalesce(sum(v.cost), 0) as cost
    from billing.usage_reservations v
    where (l.token_cap is not null or l.cost_cap is not null) and v.payer = 'platform'
      and v.created_at >= m.starts_at and v.created_at < m.ends_at
      and v.completion_id is distinct from p_but_for
  ) r
  cross join lateral (
    values
      ('deployment_tokens', 'tokens', l.token_cap, coalesce(p.tokens, 0), r.tokens, '{}'::uuid[], m.ends_at),
      ('deployment_cost', 'cost', l.cost_cap, coalesce(p.cost, 0), r.cost, '{}'::uuid[], m.ends_at)
  ) d (cap, unit, cap_limit, used, reserved, reserved_by, resets_at)
  where p_payer = 'platform' and d.cap_limit is not null;
end;

-- Everybody waits for each other here, so it is done only where the deployment is limited, and last.
create function billing.lock_deployment()
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform from billing.deployment_limits l where num_nonnulls(l.token_cap, l.cost_cap, l.concurrent_streams) > 0 for update;
end
$$;

-- Takes what the deployment allows all users together; its caps are looked at along with the user's.
create function billing.enter_deployment()
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_limits record;
begin
  select l.* into v_limits from billing.deployment_limits l;
  if v_limits.requests_per_minute is not null then
    perform chatbot.take_token('00000000-0000-0000-0000-000000000000', 'deployment', v_limits.requests_per_minute);
  end if;

  perform billing.lock_deployment();
  if (
    select count(*)
    from (select from chatbot.completions c where c.state in ('admitted', 'streaming') limit v_limits.concurrent_streams) live
  ) >= v_limits.concurrent_streams
  then
    perform chatbot.refuse('CB009', 'Too many answers are being written at once.');
  end if;
end
$$;

-- What a token of a prompt costs at most.
create function billing.input_cost(p_price billing.model_prices)
returns numeric
language sql
immutable
return 0.000001 * greatest((p_price).input, (p_price).cached_input);

-- What a token of output costs at most.
create function billing.output_cost(p_price billing.model_prices)
returns numeric
language sql
immutable
return 0.000001 * greatest((p_price).output, (p_price).reasoning);

-- The worst case of a call, cut to what still fits: the output tokens that it may have and the cost of its prompt; where it
-- does not fit, what is in the way.
create function billing.fit_call(
  p_period billing.usage_periods,
  p_limits billing.limits,
  p_payer text,
  p_at timestamptz,
  p_price billing.model_prices,
  p_most integer,
  p_prompt_tokens integer,
  -- Null is what p_prompt_tokens cost.
  p_prompt_cost numeric default null,
  p_but_for uuid default null,
  out output integer,
  out tokens integer,
  out cost numeric,
  out refusal jsonb
)
language plpgsql
set search_path = ''
as $$
declare
  -- An answer that must end after fewer tokens is not worth its prompt.
  c_least constant integer := least(p_most, 256);
  v_is_free boolean := p_payer = 'own_key';
  v_prompt_cost numeric := case when v_is_free then 0 else coalesce(p_prompt_cost, p_prompt_tokens * billing.input_cost(p_price)) end;
  v_output_cost numeric := case when v_is_free then 0 else billing.output_cost(p_price) end;
  v_caps record;
begin
  -- One look at all caps: others settle meanwhile. What is null, as there is no cap, is passed over by least() and min().
  select
    least(
      p_most,
      min(r.room) filter (where c.unit = 'tokens') - p_prompt_tokens,
      -- Exact, where a quotient might be rounded up.
      div(min(r.room) filter (where c.unit = 'cost') - v_prompt_cost, nullif(v_output_cost, 0))
    ) as output,
    -- A price of nothing leaves the prompt to be paid.
    coalesce(min(r.room) filter (where c.unit = 'cost') >= v_prompt_cost, true) as is_prompt_paid,
    jsonb_agg(
      case
        when c.cap like 'deployment%' then jsonb_build_object('cap', c.cap)
        else jsonb_build_object(
          'cap', c.cap,
          'limit', c.cap_limit,
          'used', c.used,
          'reserved', c.reserved,
          'reservedBy', c.reserved_by,
          'needed', r.needed,
          'wouldFit', greatest(r.room, 0)
        )
      end || jsonb_build_object(
        'resetsAt', c.resets_at,
        'retryAfterSeconds', greatest(1, ceil(extract(epoch from c.resets_at - p_at)))
      )
      -- What takes longest to reset is what the user has to know.
      order by c.resets_at desc, c.cap like 'deployment%', c.cap
    ) filter (where r.room < r.needed) as refusals
  into v_caps
  from billing.caps_of(p_period, p_limits, p_payer, p_at, p_but_for) c
  cross join lateral (
    values (
      c.cap_limit - c.used - c.reserved,
      case c.unit when 'tokens' then p_prompt_tokens + c_least else v_prompt_cost + c_least * v_output_cost end
    )
  ) r (room, needed);

  if v_caps.output >= c_least and v_caps.output > 0 and (v_caps.is_prompt_paid or v_is_free) then
    output := v_caps.output;
    tokens := p_prompt_tokens + output;
    cost := v_prompt_cost + output * v_output_cost;
  else
    refusal := v_caps.refusals -> 0;
  end if;
end
$$;

create function billing.refuse_cap(p_refusal jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chatbot.refuse(
    'CB010',
    case
      when p_refusal ->> 'cap' like 'deployment%' then 'The service has used up what it may use this month.'
      else format(
        'The %s cap of %s is reached.',
        case when p_refusal ->> 'cap' like '%cost' then 'cost' else 'token' end,
        case
          when p_refusal ->> 'cap' like 'daily%' then 'today'
          when p_refusal ->> 'cap' = 'own_key_tokens' then 'your own key in this period'
          else 'this period'
        end
      )
    end,
    p_refusal
  );
end
$$;

-- A user's standing in the current period: a row for each cap, whether it has a limit or not.
create function billing.standing_of(p_user_id uuid)
returns table (
  plan_id text,
  status text,
  period_start timestamptz,
  period_end timestamptz,
  cap text,
  cap_limit numeric,
  used numeric,
  reserved numeric,
  reserved_by uuid[],
  resets_at timestamptz
)
language sql
set search_path = ''
begin atomic
  select
    l.plan_id,
    case when l.blocked_reason is not null then 'blocked' else (p.period).status end,
    (p.period).period_start,
    (p.period).period_end,
    c.cap,
    c.cap_limit,
    c.used,
    c.reserved,
    c.reserved_by,
    c.resets_at
  from billing.limits_of(p_user_id) l
  cross join lateral (select billing.current_period(p_user_id, l.period_anchor_day) as period offset 0) p
  cross join (values ('platform'), ('own_key')) payers (payer)
  cross join lateral billing.caps_of(p.period, l, payers.payer, billing.clock()) c
  where c.cap not like 'deployment%';
end;

create function billing.standing()
returns table (
  plan_id text,
  status text,
  period_start timestamptz,
  period_end timestamptz,
  cap text,
  cap_limit numeric,
  used numeric,
  reserved numeric,
  reserved_by uuid[],
  resets_at timestamptz
)
language sql
security definer
set search_path = ''
begin atomic
  select s.* from billing.standing_of(auth.uid()) s;
end;

revoke all on all functions in schema billing from public;
grant execute on function billing.caps_of, billing.lock_deployment, billing.fit_call, billing.input_cost, billing.output_cost, billing.standing_of
to service_role;
grant execute on function billing.standing to authenticated;
