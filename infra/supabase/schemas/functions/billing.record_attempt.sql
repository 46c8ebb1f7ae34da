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
  p_cache_write integer,
  p_output integer,
  p_reasoning integer,
  p_quality text,
  p_rejected_report jsonb default null
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
    coalesce(sum(e.cache_write_tokens), 0) as cache_write,
    coalesce(sum(e.output_tokens), 0) as output,
    coalesce(sum(e.reasoning_tokens), 0) as reasoning,
    coalesce(sum(e.cost), 0) as cost
  into v_had
  from billing.events_of(p_completion.id) e
  where e.attempt = p_attempt;

  select
    p_input - v_had.input as input,
    p_cached - v_had.cached as cached,
    p_cache_write - v_had.cache_write as cache_write,
    p_output - v_had.output as output,
    p_reasoning - v_had.reasoning as reasoning,
    p_input - v_had.input + p_output - v_had.output as tokens,
    case when v_is_platform then billing.cost_of(p_price, p_input, p_cached, p_cache_write, p_output, p_reasoning) else 0 end - v_had.cost as cost
  into v_new;
  if v_had.is_there and (v_new.input, v_new.cached, v_new.cache_write, v_new.output, v_new.reasoning, v_new.cost) = (0, 0, 0, 0, 0, 0) then
    return;
  end if;

  insert into billing.usage_events (
    id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
    reasoning_tokens, price_id, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, cost, currency, quality, payer,
    period_start, day, occurred_at, rejected_report
  )
  values (
    case when v_had.is_there then gen_random_uuid() else p_id end, p_completion.id, p_attempt, p_completion.user_id, p_completion.chat_id,
    p_completion.purpose, p_model, v_new.input, v_new.cached, v_new.cache_write, v_new.output, v_new.reasoning, p_price.id, p_price.input,
    p_price.cached_input, p_price.cache_write, p_price.output, p_price.reasoning, v_new.cost, p_price.currency,
    case when v_had.is_there then 'adjustment' else p_quality end, p_completion.payer, p_period_start, v_day, p_completion.created_at,
    p_rejected_report
  );

  update billing.usage_periods u
  set tokens = u.tokens + t.platform,
      cost = u.cost + v_new.cost,
      own_key_tokens = u.own_key_tokens + t.own_key,
      status = billing.status_under(p_limits, u.tokens + t.platform, u.cost + v_new.cost, p_price)
  from (
    select case when v_is_platform then v_new.tokens else 0 end, case when v_is_platform then 0 else v_new.tokens end
  ) t (platform, own_key)
  where u.user_id = p_completion.user_id and u.period_start = p_period_start
  returning u.* into v_period;

  insert into billing.usage_daily as d (
    user_id, day, model, purpose, payer, calls, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost
  )
  values (
    p_completion.user_id, v_day, p_model, p_completion.purpose, p_completion.payer,
    case when v_had.is_there then 0 else 1 end, v_new.input, v_new.cached, v_new.cache_write, v_new.output, v_new.reasoning, v_new.cost
  )
  on conflict (user_id, day, model, purpose, payer) do update
  set calls = d.calls + excluded.calls,
      input_tokens = d.input_tokens + excluded.input_tokens,
      cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
      cache_write_tokens = d.cache_write_tokens + excluded.cache_write_tokens,
      output_tokens = d.output_tokens + excluded.output_tokens,
      reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
      cost = d.cost + excluded.cost;

  if v_new.tokens < 0 or v_new.cost < 0 then
    delete from billing.reached_caps r where r.user_id = p_completion.user_id and r.resets_at > billing.clock();
  end if;
  perform billing.note_caps(v_period, v_day, p_limits, p_price);

  if v_is_platform then
    perform billing.record_for_deployment(
      billing.period_start(v_day::timestamp at time zone 'UTC'), v_new.tokens, v_new.cost, p_limits, p_price
    );
  end if;
end
$$;

revoke all on function billing.record_attempt from public;
grant execute on function billing.record_attempt to service_role;
