-- What the ledger says that a completion took, as its receipt tells it.
create function billing.ledger_sums(p_completion_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'inputTokens', coalesce(sum(e.input_tokens), 0),
    'cachedInputTokens', coalesce(sum(e.cached_input_tokens), 0),
    'cacheWriteTokens', coalesce(sum(e.cache_write_tokens), 0),
    'outputTokens', coalesce(sum(e.output_tokens), 0),
    'reasoningTokens', coalesce(sum(e.reasoning_tokens), 0),
    'cost', coalesce(sum(e.cost), 0)
  )
  from billing.events_of(p_completion_id) e;
$$;

revoke all on function billing.ledger_sums from public;
grant execute on function billing.ledger_sums to service_role;
