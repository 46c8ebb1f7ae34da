-- The receipt of an answer that came without one: from its ledger rows, in the same shape. Its process died, and of its calls only those
-- are known that the provider may charge for; or it ended before a model was called.
create function billing.receipt_of(p_completion chatbot.completions)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select billing.ledger_sums((p_completion).id) || jsonb_strip_nulls(jsonb_build_object(
    'model', (p_completion).model,
    'modelsTried', (
      select coalesce(jsonb_agg(t.model order by t.first_attempt), '[]')
      from (
        select a.model, min(a.attempt) as first_attempt
        from (
          select b.model, b.attempt
          from chatbot.abandoned_attempts b
          where b.completion_id = (p_completion).id
          union all
          select (p_completion).model, (p_completion).attempt
          where c.was_called
        ) a
        group by a.model
      ) t
    ),
    'attempts', case when c.was_called then (p_completion).attempt else 0 end,
    'payer', (p_completion).payer,
    'quality', case when exists (select from billing.events_of((p_completion).id)) then 'estimated' else 'none' end,
    'currency', p.currency,
    'priceId', p.id,
    'reservedTokens', coalesce(r.tokens, 0),
    'reservedCost', coalesce(r.cost, 0),
    'totalMilliseconds', (least(greatest(extract(epoch from (p_completion).ended_at - (p_completion).created_at), 0), 1000000) * 1000)::integer,
    'startedAt', (p_completion).created_at,
    'endedAt', (p_completion).ended_at,
    'stored', true,
    'error', coalesce((p_completion).error_code, case (p_completion).state when 'interrupted' then 'interrupted' end)
  ))
  from billing.model_prices p
  cross join (values ((p_completion).state = 'interrupted' or (p_completion).called_at is not null)) c (was_called)
  left join billing.usage_reservations r on r.completion_id = (p_completion).id
  where p.id = (p_completion).price_id;
$$;

revoke all on function billing.receipt_of from public;
grant execute on function billing.receipt_of to service_role;
