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

-- The ledger row of one attempt, and the totals with it. Where the attempt has its row, and other figures are now known, an
-- adjustment brings the sums to them.
create function billing.record_attempt(
  p_id uuid,
  p_completion chatbot.completions,
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
  v_had record;
  v_new record;
  v_limits record;
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
    case when v_is_platform then billing.cost_of(p_price, p_input, p_cached, p_output, p_reasoning) else 0 end - v_had.cost as cost
  into v_new;
  if v_had.is_there and (v_new.input, v_new.cached, v_new.output, v_new.reasoning, v_new.cost) = (0, 0, 0, 0, 0) then
    return;
  end if;

  insert into billing.usage_events (
    id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
    price_id, cost, currency, quality, payer, period_start, occurred_at
  )
  values (
    case when v_had.is_there then gen_random_uuid() else p_id end, p_completion.id, p_attempt, p_completion.user_id, p_completion.chat_id,
    p_completion.purpose, p_model, v_new.input, v_new.cached, v_new.output, v_new.reasoning, p_price.id, v_new.cost, p_price.currency,
    case when v_had.is_there then 'adjustment' else p_quality end, p_completion.payer, p_completion.period_start, p_completion.created_at
  );

  select l.* into v_limits from billing.limits_of(p_completion.user_id) l;
  update billing.usage_periods u
  set tokens = u.tokens + t.platform_tokens,
      cost = u.cost + v_new.cost,
      own_key_tokens = u.own_key_tokens + t.own_key_tokens,
      status = case
        when u.status = 'open' and (u.tokens + t.platform_tokens >= v_limits.token_cap or u.cost + v_new.cost >= v_limits.cost_cap) then 'blocked'
        else u.status
      end
  from (
    select
      case when v_is_platform then v_new.input + v_new.output else 0 end,
      case when v_is_platform then 0 else v_new.input + v_new.output end
  ) t (platform_tokens, own_key_tokens)
  where u.user_id = p_completion.user_id and u.period_start = p_completion.period_start;

  insert into billing.usage_daily as d (
    user_id, day, model, purpose, payer, calls, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost
  )
  values (
    p_completion.user_id, (p_completion.created_at at time zone 'UTC')::date, p_model, p_completion.purpose, p_completion.payer,
    case when v_had.is_there then 0 else 1 end, v_new.input, v_new.cached, v_new.output, v_new.reasoning, v_new.cost
  )
  on conflict (user_id, day, model, purpose, payer) do update
  set calls = d.calls + excluded.calls,
      input_tokens = d.input_tokens + excluded.input_tokens,
      cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
      output_tokens = d.output_tokens + excluded.output_tokens,
      reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
      cost = d.cost + excluded.cost;
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
  v_abandoned record;
  v_price billing.model_prices;
  v_bound integer;
  v_input integer;
  v_is_reported boolean;
  v_is_recorded boolean;
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

  -- More than the proven bound is no report to be believed.
  v_is_reported := coalesce(
    v_completion.input_tokens <= v_completion.prompt_bound and v_completion.output_tokens <= v_completion.max_output_tokens, false
  );
  if not v_is_reported and p_input_tokens is null and (
    v_completion.called_at is not null or exists (select from chatbot.abandoned_attempts a where a.completion_id = p_id)
  ) then
    return 'uncounted';
  end if;

  -- What of the prompt was edited or deleted since can no longer be counted: its bound is charged, so that deleting never refunds.
  select 8 + coalesce((select 8 + octet_length(c.system_prompt) from public.chats c where c.id = v_completion.chat_id), 0)
    + coalesce(sum(8 + case m.status when 'streaming' then octet_length(chatbot.draft_text(m.id)) else m.token_bound end), 0)
  into v_bound
  from public.messages m
  where m.id = any (v_completion.prompt_message_ids);
  v_input := case
    when v_is_reported then v_completion.input_tokens
    when v_bound > v_completion.prompt_bound and not exists (
      -- An answer in the prompt that ended late has more text now; any other text that grew is another text.
      select
      from chatbot.completions l
      where l.id = any (v_completion.prompt_message_ids) and l.lease_epoch > 2
    ) then v_completion.prompt_bound
    else least(p_input_tokens + greatest(v_completion.prompt_bound - v_bound, 0), v_completion.prompt_bound)
  end;

  -- Of an attempt that gave no token the prompt may be charged, and it was the same.
  for v_abandoned in
    select a.id, a.attempt, a.model, p as price
    from chatbot.abandoned_attempts a
    join billing.model_prices p on p.id = a.price_id
    where a.completion_id = p_id
    order by a.attempt
  loop
    perform billing.record_attempt(
      v_abandoned.id, v_completion, v_abandoned.attempt, v_abandoned.model, v_abandoned.price, v_input, 0, 0, 0, 'estimated'
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
      coalesce(v_completion.attempt_id, p_id), v_completion, v_completion.attempt, v_completion.model, v_price, v_completion.input_tokens,
      v_completion.cached_input_tokens, v_completion.output_tokens, v_completion.reasoning_tokens,
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

revoke all on all functions in schema billing from public;
grant execute on function billing.record_attempt, billing.events_of to service_role;
