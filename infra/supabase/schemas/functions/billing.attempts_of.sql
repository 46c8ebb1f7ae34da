-- The calls of a completion that get a ledger row, and what each is charged by. Of one that gave no token the prompt may be charged, and it
-- was the same.
create function billing.attempts_of(p_completion chatbot.completions)
returns table (
  id uuid,
  attempt integer,
  model text,
  price billing.model_prices,
  input integer,
  cached integer,
  cache_write integer,
  output integer,
  reasoning integer,
  quality text,
  rejected_report jsonb
)
language sql
stable
set search_path = ''
as $$
  select a.id, a.attempt, a.model, p, (p_completion).input_tokens, 0, 0, 0, 0, 'estimated', null::jsonb
  from chatbot.abandoned_attempts a
  join billing.model_prices p on p.id = a.price_id
  where a.completion_id = (p_completion).id
  union all
  select
    coalesce((p_completion).attempt_id, (p_completion).id),
    (p_completion).attempt,
    (p_completion).model,
    p,
    case when c.was_called then (p_completion).input_tokens else 0 end,
    case when c.was_called then (p_completion).cached_input_tokens else 0 end,
    case when c.was_called then (p_completion).cache_write_tokens else 0 end,
    case when c.was_called then (p_completion).output_tokens else 0 end,
    case when c.was_called then (p_completion).reasoning_tokens else 0 end,
    (p_completion).usage_quality,
    (p_completion).rejected_report
  from billing.model_prices p
  cross join (values ((p_completion).called_at is not null)) c (was_called)
  where p.id = (p_completion).price_id
    -- Or it was taken for called, and is now known not to have been.
    and (c.was_called or exists (select from billing.events_of((p_completion).id) e where e.attempt = (p_completion).attempt));
$$;

revoke all on function billing.attempts_of from public;
grant execute on function billing.attempts_of to service_role;
