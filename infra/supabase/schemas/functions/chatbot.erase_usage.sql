-- Moves what stays of the caller to the id that was made for it: the next period with all that counts to it, or, where none is left,
-- what counts to none; true then. Figures, hashes and whatever refers to them by other ids stay as they are.
create function chatbot.erase_usage()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_new uuid := (select e.new_id from chatbot.erasures e where e.user_id = v_user);
  v_period billing.usage_periods;
  v_count integer;
begin
  -- In the order in which the admission locks them.
  select u.* into v_period
  from billing.usage_periods u
  where u.user_id = v_user
  order by u.period_start
  limit 1
  for update;
  if not found then
    -- What a call that was moved before has raised again needs no second telling.
    delete from billing.usage_alerts a
    where a.user_id = v_user
      and exists (select from billing.usage_alerts n where n.alert_key = replace(a.alert_key, v_user::text, v_new::text));
    update billing.usage_alerts
    set user_id = v_new,
        alert_key = replace(alert_key, v_user::text, v_new::text)
    where user_id = v_user;
    return true;
  end if;

  delete from billing.usage_periods where user_id = v_user and period_start = v_period.period_start;
  insert into billing.usage_periods as u (user_id, period_start, period_end, tokens, cost, own_key_tokens, status)
  values (
    v_new, v_period.period_start, v_period.period_end, v_period.tokens, v_period.cost, v_period.own_key_tokens, v_period.status
  )
  -- Of a call that was admitted at the last moment, after its period was moved.
  on conflict (user_id, period_start) do update
  set tokens = u.tokens + excluded.tokens,
      cost = u.cost + excluded.cost,
      own_key_tokens = u.own_key_tokens + excluded.own_key_tokens;

  with moved as (
    delete from billing.usage_daily d
    where d.user_id = v_user
      and d.day >= (v_period.period_start at time zone 'UTC')::date and d.day < (v_period.period_end at time zone 'UTC')::date
    returning d.day, d.model, d.purpose, d.payer, d.calls, d.input_tokens, d.cached_input_tokens, d.cache_write_tokens, d.output_tokens,
      d.reasoning_tokens, d.cost
  )
  insert into billing.usage_daily as d (
    user_id, day, model, purpose, payer, calls, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost
  )
  select v_new, m.day, m.model, m.purpose, m.payer, m.calls, m.input_tokens, m.cached_input_tokens, m.cache_write_tokens, m.output_tokens,
    m.reasoning_tokens, m.cost
  from moved m
  on conflict (user_id, day, model, purpose, payer) do update
  set calls = d.calls + excluded.calls,
      input_tokens = d.input_tokens + excluded.input_tokens,
      cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
      cache_write_tokens = d.cache_write_tokens + excluded.cache_write_tokens,
      output_tokens = d.output_tokens + excluded.output_tokens,
      reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
      cost = d.cost + excluded.cost;

  update billing.usage_events set user_id = v_new where user_id = v_user and period_start = v_period.period_start;
  get diagnostics v_count = row_count;
  update billing.statements set user_id = v_new where user_id = v_user and period_start = v_period.period_start;
  update billing.usage_reservations set user_id = v_new where user_id = v_user and period_start = v_period.period_start;
  -- Who is still writing them ends by itself; what they used is recorded.
  update chatbot.completions
  set user_id = v_new,
      idempotency_key = null,
      request_fingerprint = null,
      trace_parent = null
  where user_id = v_user and period_start = v_period.period_start;
  perform chatbot.note_progress(
    (select e.operation_id from chatbot.erasures e where e.user_id = v_user), jsonb_build_object('periods', 1, 'usageEvents', v_count)
  );
  return false;
end
$$;

revoke all on function chatbot.erase_usage from public;
grant execute on function chatbot.erase_usage to authenticated;
