-- What a period comes to, from the ledger: once it is closed the same for ever, to the byte. Adjustments are what calls of
-- earlier periods have turned out to cost after those were closed. Whose it is stands beside it: it can change, and the hash must not.
create function billing.statement_of(p_user_id uuid, p_period_start timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with lines as (
    select
      e.occurred_at < e.period_start as is_late,
      case when e.occurred_at < e.period_start then to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD') end as of_day,
      e.purpose,
      e.model,
      e.payer,
      max(e.currency) as currency,
      count(*) filter (where e.quality <> 'adjustment') as calls,
      sum(e.input_tokens) as input,
      sum(e.cached_input_tokens) as cached,
      sum(e.cache_write_tokens) as cache_write,
      sum(e.output_tokens) as output,
      sum(e.reasoning_tokens) as reasoning,
      trim_scale(sum(e.cost)) as cost
    from billing.usage_events e
    where e.user_id = p_user_id and e.period_start = p_period_start
    group by 1, 2, 3, 4, 5
  ),
  written as (
    select
      l.*,
      jsonb_strip_nulls(jsonb_build_object(
        'day', l.of_day,
        'purpose', l.purpose,
        'model', l.model,
        'payer', l.payer,
        'calls', l.calls,
        'inputTokens', l.input,
        'cachedInputTokens', l.cached,
        'cacheWriteTokens', l.cache_write,
        'outputTokens', l.output,
        'reasoningTokens', l.reasoning,
        'cost', l.cost
      )) as line
    from lines l
  )
  select jsonb_build_object(
    'version', 1,
    'periodStart', to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'periodEnd', to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'currency', max(w.currency),
    'tokens', coalesce(sum(w.input + w.output) filter (where w.payer = 'platform'), 0),
    'ownKeyTokens', coalesce(sum(w.input + w.output) filter (where w.payer = 'own_key'), 0),
    'cost', trim_scale(sum(w.cost)),
    'lines', coalesce(jsonb_agg(w.line order by w.purpose collate "C", w.model collate "C", w.payer) filter (where not w.is_late), '[]'),
    'adjustments', coalesce(
      jsonb_agg(w.line order by w.of_day, w.purpose collate "C", w.model collate "C", w.payer) filter (where w.is_late), '[]'
    )
  )
  from billing.usage_periods p
  join written w on true
  where p.user_id = p_user_id and p.period_start = p_period_start
  group by p.period_start, p.period_end;
$$;

revoke all on function billing.statement_of from public;
grant execute on function billing.statement_of to service_role;
