-- Makes a further call out of a completion, after one that gave no token: where that one was taken, the provider may charge for
-- its prompt, and the reservation grows by it. No row where the call may not be made: the completion is not the caller's any
-- more, its prompt is gone, the model is not for this plan, or the caps have no room.
create function chatbot.begin_attempt(
  p_id uuid,
  p_epoch integer,
  p_attempt_id uuid,
  -- Whether the call before was taken.
  p_was_called boolean,
  p_model text,
  p_context integer,
  p_max_output integer
)
returns setof chatbot.admission
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_price billing.model_prices;
  v_spent record;
  v_fit record;
begin
  -- In the order in which the admission locks them.
  select u.* into v_period
  from billing.usage_periods u
  join chatbot.completions c on c.user_id = u.user_id and c.period_start = u.period_start
  where c.id = p_id
  for update of u;
  select c.* into v_completion
  from chatbot.completions c
  where c.id = p_id and c.lease_epoch = p_epoch and c.state in ('admitted', 'streaming')
  for update;
  if not found then
    return;
  end if;

  -- Else it is the same again, after its acknowledgement was lost.
  if v_completion.attempt_id is distinct from p_attempt_id then
    select l.* into v_limits from billing.limits_of(v_completion.user_id) l;
    select p.* into v_price from billing.price_of(p_model, billing.clock()) p;
    if v_price.id is null or p_model <> all (coalesce(v_limits.models_allowed, array[p_model]))
      -- The chat may have been deleted meanwhile.
      or not exists (select from chatbot.prompt_of(p_id) m where m.content <> '')
    then
      return;
    end if;

    if p_was_called then
      insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
      values (coalesce(v_completion.attempt_id, p_id), p_id, v_completion.attempt, v_completion.model, v_completion.price_id);
    end if;

    select
      (count(*) + 1) * v_completion.prompt_bound as tokens,
      coalesce(sum(billing.cost_of(p, v_completion.prompt_bound, 0, 0, 0, 0)), 0) as cost
    into v_spent
    from chatbot.abandoned_attempts a
    join billing.model_prices p on p.id = a.price_id
    where a.completion_id = p_id;

    perform billing.lock_deployment();
    select f.* into v_fit
    from billing.fit_to_caps(
      v_period,
      v_limits,
      v_completion.payer,
      v_completion.created_at,
      v_price,
      least(p_max_output, v_limits.max_output_tokens, p_context - v_completion.prompt_bound),
      v_spent.tokens::integer,
      v_spent.cost + v_completion.prompt_bound * billing.input_cost(v_price),
      p_id
    ) f;
    if v_fit.output is null then
      -- Nothing of this may stay: the call before is still the last.
      delete from chatbot.abandoned_attempts where completion_id = p_id and attempt = v_completion.attempt;
      return;
    end if;

    update chatbot.completions
    set attempt = attempt + p_was_called::integer,
        attempt_id = p_attempt_id,
        model = p_model,
        price_id = v_price.id,
        max_output_tokens = v_fit.output,
        called_at = clock_timestamp()
    where id = p_id;
    update billing.usage_reservations
    set tokens = v_fit.tokens,
        cost = v_fit.cost
    where completion_id = p_id;
  end if;

  return query select * from chatbot.admission_of(p_id);
end
$$;

revoke all on function chatbot.begin_attempt from public;
grant execute on function chatbot.begin_attempt to service_role;
