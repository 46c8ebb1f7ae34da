-- The prompt and the answer of a completion whose usage the provider did not report, to be counted.
create function chatbot.texts_to_count(p_id uuid)
returns table (role text, content text)
language sql
stable
set search_path = ''
begin atomic
  select p.role, p.content
  from (
    select 'system' as role, ch.system_prompt as content
    from chatbot.completions c
    join public.chats ch on ch.id = c.chat_id
    where c.id = p_id and ch.system_prompt is not null
    union all
    select m.role, m.content
    from chatbot.completions c
    join public.messages m on m.id = any (c.prompt_message_ids)
    where c.id = p_id
    union all
    select 'answer', chatbot.draft_text(p_id)
  ) p;
end;

-- Writes the ledger row, settles the reservation and moves the totals, in one transaction and once.
-- Returns 'recorded', 'unbilled' (the model was never called), 'uncounted' (give the counts), 'early' (not stored yet), null (unknown).
create function billing.record_usage(p_id uuid, p_input_tokens integer default null, p_output_tokens integer default null)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
  v_price billing.model_prices;
  v_quality text := 'reported';
  v_cost numeric := 0;
  v_limits record;
  v_bound integer;
begin
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

  if v_completion.called_at is not null then
    -- More than the proven bound is no report to be believed.
    if v_completion.input_tokens is null
      or v_completion.input_tokens > v_completion.prompt_bound or v_completion.output_tokens > v_completion.max_output_tokens
    then
      if p_input_tokens is null then
        return 'uncounted';
      end if;

      -- A prompt that was edited or deleted since can no longer be counted: its bound is charged, so that deleting never refunds.
      select 8 + coalesce((select 8 + octet_length(c.system_prompt) from public.chats c where c.id = v_completion.chat_id), 0)
        + coalesce(sum(8 + m.token_bound), 0)
      into v_bound
      from public.messages m
      where m.id = any (v_completion.prompt_message_ids);

      v_quality := 'estimated';
      v_completion.input_tokens := case
        when v_bound = v_completion.prompt_bound then least(p_input_tokens, v_bound)
        else v_completion.prompt_bound
      end;
      v_completion.cached_input_tokens := 0;
      v_completion.output_tokens := least(p_output_tokens, v_completion.max_output_tokens);
      v_completion.reasoning_tokens := 0;
    end if;

    select m.* into strict v_price from billing.model_prices m where m.id = v_completion.price_id;
    if v_completion.payer = 'platform' then
      v_cost := billing.cost_of(v_price, v_completion.input_tokens, v_completion.cached_input_tokens,
        v_completion.output_tokens, v_completion.reasoning_tokens);
    end if;

    insert into billing.usage_events (
      id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
      price_id, cost, currency, quality, payer, period_start, occurred_at
    )
    values (
      -- One attempt so far, so the completion's id, fixed before the call, is the row's.
      p_id, p_id, v_completion.attempt, v_completion.user_id, v_completion.chat_id, v_completion.purpose, v_completion.model,
      v_completion.input_tokens, v_completion.cached_input_tokens, v_completion.output_tokens, v_completion.reasoning_tokens,
      v_price.id, v_cost, v_price.currency, v_quality, v_completion.payer, v_completion.period_start, v_completion.created_at
    );

    select l.* into v_limits from billing.limits_of(v_completion.user_id) l;
    update billing.usage_periods u
    set tokens = u.tokens + t.platform_tokens,
        cost = u.cost + v_cost,
        own_key_tokens = u.own_key_tokens + t.own_key_tokens,
        status = case
          when u.status = 'open' and (u.tokens + t.platform_tokens >= v_limits.token_cap or u.cost + v_cost >= v_limits.cost_cap) then 'blocked'
          else u.status
        end
    from (
      select
        case v_completion.payer when 'platform' then v_completion.input_tokens + v_completion.output_tokens else 0 end,
        case v_completion.payer when 'own_key' then v_completion.input_tokens + v_completion.output_tokens else 0 end
    ) t (platform_tokens, own_key_tokens)
    where u.user_id = v_completion.user_id and u.period_start = v_completion.period_start;

    insert into billing.usage_daily as d (
      user_id, day, model, purpose, payer, calls, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost
    )
    values (
      v_completion.user_id, (v_completion.created_at at time zone 'UTC')::date, v_completion.model, v_completion.purpose, v_completion.payer, 1,
      v_completion.input_tokens, v_completion.cached_input_tokens, v_completion.output_tokens, v_completion.reasoning_tokens, v_cost
    )
    on conflict (user_id, day, model, purpose, payer) do update
    set calls = d.calls + excluded.calls,
        input_tokens = d.input_tokens + excluded.input_tokens,
        cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
        output_tokens = d.output_tokens + excluded.output_tokens,
        reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
        cost = d.cost + excluded.cost;

    update public.messages m
    set receipt = coalesce(m.receipt, '{}') || jsonb_build_object(
      'inputTokens', v_completion.input_tokens,
      'cachedInputTokens', v_completion.cached_input_tokens,
      'outputTokens', v_completion.output_tokens,
      'reasoningTokens', v_completion.reasoning_tokens,
      'quality', v_quality,
      'cost', v_cost,
      'currency', v_price.currency,
      'priceId', v_price.id
    )
    -- The user may have deleted the answer and given its id to a message of their own.
    where m.id = p_id and m.role = 'assistant';
  end if;

  delete from billing.usage_reservations where completion_id = p_id;
  delete from chatbot.completion_deltas where completion_id = p_id;
  update chatbot.completions set recorded_at = clock_timestamp() where id = p_id;
  return case when v_completion.called_at is null then 'unbilled' else 'recorded' end;
end
$$;

-- The caller's standing in the current period.
create function billing.standing()
returns table (
  plan_id text,
  period_start timestamptz,
  resets_at timestamptz,
  status text,
  tokens_used bigint,
  tokens_reserved bigint,
  token_cap bigint,
  cost_used numeric,
  cost_reserved numeric,
  cost_cap numeric,
  own_key_tokens_used bigint,
  own_key_tokens_reserved bigint,
  own_key_token_cap bigint,
  live_completions uuid[]
)
language sql
stable
security definer
set search_path = ''
begin atomic
  select
    l.plan_id,
    p.period_start,
    billing.period_end(p.period_start),
    case when l.blocked_reason is not null then 'blocked' else coalesce(u.status, 'open') end,
    coalesce(u.tokens, 0),
    coalesce(r.tokens, 0),
    l.token_cap,
    coalesce(u.cost, 0),
    coalesce(r.cost, 0),
    l.cost_cap,
    coalesce(u.own_key_tokens, 0),
    coalesce(r.own_key_tokens, 0),
    l.own_key_token_cap,
    coalesce(r.completions, '{}')
  from billing.limits_of(auth.uid()) l
  cross join (values (billing.period_start(now()))) p (period_start)
  left join billing.usage_periods u on u.user_id = auth.uid() and u.period_start = p.period_start
  cross join lateral (
    select
      sum(v.tokens) filter (where v.payer = 'platform') as tokens,
      sum(v.cost) as cost,
      sum(v.tokens) filter (where v.payer = 'own_key') as own_key_tokens,
      array_agg(v.completion_id order by v.created_at) as completions
    from billing.usage_reservations v
    where v.user_id = auth.uid() and v.period_start = p.period_start
  ) r;
end;

-- Which of these models the caller's plan allows, with the price in force.
create function billing.allowed_models(p_names text[])
returns table (name text, input numeric, cached_input numeric, output numeric, reasoning numeric, currency text)
language sql
stable
security definer
set search_path = ''
begin atomic
  select n.name, p.input, p.cached_input, p.output, p.reasoning, p.currency
  from unnest(p_names) n (name)
  cross join billing.limits_of(auth.uid()) l
  cross join lateral billing.price_of(n.name, now()) p
  where l.models_allowed is null or n.name = any (l.models_allowed);
end;

-- The timer's jobs. Each takes at most a batch and passes over what another run holds, so that runs at the same time, or
-- twice, do no harm.

-- Ends completions whose lease ran out, and names them and those that were forgotten on their way, for the caller to wake.
create function chatbot.sweep_completions(p_forgotten_after interval, p_wake_again_after interval)
returns table (queue text, completion_id uuid)
language sql
set search_path = ''
begin atomic
  with dead as (
    select c.id
    from chatbot.completions c
    where c.state in ('admitted', 'streaming') and c.lease_expires_at < clock_timestamp()
    order by c.lease_expires_at
    limit 1000
    for update skip locked
  ),
  ended as (
    update chatbot.completions c
    set state = 'interrupted',
        lease_epoch = c.lease_epoch + 1,
        ended_at = clock_timestamp(),
        woken_at = clock_timestamp()
    from dead
    where c.id = dead.id
    returning c.id
  ),
  unpersisted as (
    select c.id
    from chatbot.completions c
    where c.ended_at is not null and c.persisted_at is null
      and coalesce(c.woken_at, c.ended_at) < now() - case when c.woken_at is null then p_forgotten_after else p_wake_again_after end
      and coalesce(c.woken_at, c.ended_at) < now() - p_forgotten_after
    order by coalesce(c.woken_at, c.ended_at)
    limit 1000
    for update skip locked
  ),
  unrecorded as (
    select c.id
    from chatbot.completions c
    where c.persisted_at is not null and c.recorded_at is null
      and coalesce(c.woken_at, c.persisted_at) < now() - case when c.woken_at is null then p_forgotten_after else p_wake_again_after end
      and coalesce(c.woken_at, c.persisted_at) < now() - p_forgotten_after
    order by coalesce(c.woken_at, c.persisted_at)
    limit 1000
    for update skip locked
  ),
  woken as (
    update chatbot.completions c
    set woken_at = clock_timestamp()
    where c.id in (select u.id from unpersisted u union all select u.id from unrecorded u)
    returning c.id, c.persisted_at
  )
  select 'assistant-messages', e.id from ended e
  union all
  select case when w.persisted_at is null then 'assistant-messages' else 'usage-events' end, w.id from woken w;
end;

-- Reservations that nothing will settle any more.
create function billing.release_reservations()
returns void
language sql
set search_path = ''
begin atomic
  delete from billing.usage_reservations r
  where r.completion_id in (
    select o.completion_id
    from billing.usage_reservations o
    where o.expires_at < now()
      and not exists (select from chatbot.completions c where c.id = o.completion_id and c.recorded_at is null)
    limit 1000
  );
end;

-- Looks at those blocked periods that were not looked at for the longest time, and opens those under their caps again.
create function billing.unblock_periods()
returns void
language sql
set search_path = ''
begin atomic
  with blocked as (
    select b.user_id, b.period_start
    from billing.usage_periods b
    where b.status = 'blocked'
    order by b.updated_at
    limit 1000
    for update skip locked
  )
  update billing.usage_periods u
  set status = case when u.tokens >= l.token_cap or u.cost >= l.cost_cap then 'blocked' else 'open' end
  from blocked
  cross join lateral billing.limits_of(blocked.user_id) l
  where u.user_id = blocked.user_id and u.period_start = blocked.period_start;
end;

-- Closes periods that are over and hold no reservation any more.
create function billing.close_periods(p_close_after interval)
returns void
language sql
set search_path = ''
begin atomic
  with over as (
    select p.user_id, p.period_start
    from billing.usage_periods p
    where p.period_end < now() - p_close_after and p.status <> 'closed'
      and not exists (
        select from billing.usage_reservations r
        where r.user_id = p.user_id and r.period_start = p.period_start
      )
    order by p.period_end
    limit 1000
    for update skip locked
  )
  update billing.usage_periods u
  set status = 'closed'
  from over
  where u.user_id = over.user_id and u.period_start = over.period_start;
end;

revoke all on all functions in schema chatbot, billing from public;
grant execute on function chatbot.texts_to_count, chatbot.sweep_completions, billing.record_usage, billing.release_reservations,
  billing.unblock_periods, billing.close_periods
to service_role;
grant execute on function billing.standing, billing.allowed_models to authenticated;
