-- Tells of a user's caps that are reached or nearly so, in a period and on a day of it.
create function billing.note_caps(p_period billing.usage_periods, p_day date, p_limits billing.limits, p_price billing.model_prices default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_day record;
begin
  -- Without a daily cap nobody looks at the day.
  if num_nonnulls((p_limits).daily_token_cap, (p_limits).daily_cost_cap) > 0 then
    select sum(d.input_tokens + d.output_tokens) as tokens, sum(d.cost) as cost, p_day::timestamp at time zone 'UTC' as starts_at
    into v_day
    from billing.usage_daily d
    where d.user_id = (p_period).user_id and d.day = p_day and d.payer = 'platform';
    perform billing.note_cap(
      (p_period).user_id, p_limits, p_price, c.cap, c.cap_limit, c.used, v_day.starts_at, v_day.starts_at + interval '1 day'
    )
    from (
      values ('daily_cost', (p_limits).daily_cost_cap, v_day.cost), ('daily_tokens', (p_limits).daily_token_cap, v_day.tokens)
    ) c (cap, cap_limit, used)
    where billing.may_be_noted(p_limits, c.cap, c.cap_limit, c.used, p_price);
  end if;

  perform billing.note_cap(
    (p_period).user_id, p_limits, p_price, c.cap, c.cap_limit, c.used, (p_period).period_start, (p_period).period_end
  )
  from (
    values
      ('cost', (p_limits).cost_cap, (p_period).cost),
      ('own_key_tokens', (p_limits).own_key_token_cap, (p_period).own_key_tokens),
      ('tokens', (p_limits).token_cap, (p_period).tokens)
  ) c (cap, cap_limit, used)
  where billing.may_be_noted(p_limits, c.cap, c.cap_limit, c.used, p_price);
end
$$;

revoke all on function billing.note_caps from public;
grant execute on function billing.note_caps to service_role;
