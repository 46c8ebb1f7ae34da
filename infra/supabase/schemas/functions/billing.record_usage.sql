-- Writes the ledger rows of a completion, settles its reservation and moves the totals, in one transaction and once.
-- Returns 'recorded', 'unbilled' (no model was called), 'uncounted' (give the counts), 'early' (not stored yet), null (unknown).
create function billing.record_usage(p_id uuid, p_input_tokens integer default null, p_output_tokens integer default null)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_attempt record;
  v_was_counted boolean;
  v_is_recorded boolean := false;
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
  if v_period.user_id is distinct from v_completion.user_id then
    raise exception 'completion % was moved to another id meanwhile', p_id using errcode = 'serialization_failure';
  end if;

  v_was_counted := v_completion.usage_quality is not null;
  if not v_was_counted then
    if p_input_tokens is null and exists (select from billing.attempts_of(v_completion)) then
      return 'uncounted';
    end if;
    v_completion := billing.count_usage(v_completion, coalesce(p_input_tokens, 0), coalesce(p_output_tokens, 0));
  end if;

  select l.* into v_limits from billing.limits_of(v_completion.user_id) l;
  if v_period.status = 'closed' then
    v_period := billing.lock_period(v_completion.user_id, v_limits.period_anchor_day);
  end if;

  for v_attempt in select a.* from billing.attempts_of(v_completion) a order by a.attempt loop
    perform billing.record_attempt(
      v_attempt.id, v_completion, v_period.period_start, v_limits, v_attempt.attempt, v_attempt.model, v_attempt.price, v_attempt.input,
      v_attempt.cached, v_attempt.cache_write, v_attempt.output, v_attempt.reasoning, v_attempt.quality, v_attempt.rejected_report
    );
    v_is_recorded := true;
  end loop;

  update public.messages m
  set receipt = case when v_was_counted then m.receipt || s.sums || '{"quality": "estimated"}' else billing.receipt_of(v_completion) end
  from billing.ledger_sums(p_id) s (sums)
  -- The user may have deleted the answer and given its id to a message of their own.
  where m.id = p_id and m.user_id = v_completion.user_id and m.role = 'assistant'
    -- A receipt can be wrong only where it was in doubt whether a further call had been begun.
    and (not v_was_counted or not m.receipt @> s.sums);

  delete from billing.usage_reservations where completion_id = p_id;
  delete from chatbot.completion_deltas where completion_id = p_id;
  update chatbot.completions set recorded_at = clock_timestamp() where id = p_id;
  return case when v_is_recorded then 'recorded' else 'unbilled' end;
end
$$;

revoke all on function billing.record_usage from public;
grant execute on function billing.record_usage to service_role;
