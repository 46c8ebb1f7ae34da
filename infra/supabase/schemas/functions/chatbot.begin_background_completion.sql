-- Admits a call that the user does not see, on the platform's account. Null where it may not be made: the caps have no room, the
-- account is blocked or being erased, the model has no price, or the chat had its call.
create function chatbot.begin_background_completion(
  p_id uuid,
  p_user_id uuid,
  p_chat_id uuid,
  p_purpose text,
  p_model text,
  p_prompt_tokens integer,
  p_prompt_bytes integer,
  p_max_output integer,
  p_lease interval,
  p_deadline interval
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_price billing.model_prices;
  v_fit record;
begin
  select l.* into v_limits from billing.limits_of(p_user_id) l;
  if v_limits.blocked_reason is not null or not exists (select from chatbot.accounts a where a.id = p_user_id) then
    return null;
  end if;

  v_period := billing.lock_period(p_user_id, v_limits.period_anchor_day);
  v_now := billing.clamp_to_period(v_period);
  select p.* into v_price from billing.price_of(p_model, v_now) p;
  if v_price.id is null then
    return null;
  end if;

  perform billing.lock_deployment();
  select f.* into v_fit
  from billing.fit_to_caps(v_period, v_limits, 'platform', v_now, v_price, p_max_output, p_prompt_tokens) f;
  if v_fit.output is null then
    return null;
  end if;

  insert into chatbot.completions (
    id, user_id, chat_id, purpose, model, payer, period_start, price_id, prompt_bound, prompt_bytes, max_output_tokens, prompt_message_ids,
    lease_expires_at, created_at, called_at
  )
  values (
    p_id, p_user_id, p_chat_id, p_purpose, p_model, 'platform', v_period.period_start, v_price.id, p_prompt_tokens, p_prompt_bytes, v_fit.output, '{}',
    clock_timestamp() + p_lease, v_now, v_now
  )
  on conflict do nothing;
  if not found then
    return null;
  end if;

  insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, created_at, expires_at)
  values (
    p_id, p_user_id, v_period.period_start, 'platform', v_fit.tokens, v_fit.cost, v_now,
    clock_timestamp() + p_deadline + billing.settling_time()
  );
  return v_fit.output;
end
$$;

revoke all on function chatbot.begin_background_completion from public;
grant execute on function chatbot.begin_background_completion to service_role;
