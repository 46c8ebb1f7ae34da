-- Ends a completion as its instance knows that it ended, with the rest of its text: 'stored', 'deleted' where there
-- is no message any more to store it with, or null where someone else ended it.
-- Late is what could not be said in time, as the database was away: it brings the whole text, and it knows better than who
-- interrupted the completion meanwhile, whatever has been stored and recorded since.
create function chatbot.finish_completion(
  p_id uuid,
  p_epoch integer,
  p_is_late boolean,
  p_state text,
  p_finish_reason text,
  p_error_code text,
  p_content_filter text[],
  p_called boolean,
  p_seq integer,
  p_text text,
  p_input_tokens integer,
  p_cached_input_tokens integer,
  p_cache_write_tokens integer,
  p_output_tokens integer,
  p_reasoning_tokens integer,
  p_usage_quality text,
  p_rejected_report jsonb,
  p_receipt jsonb,
  p_first_token_at timestamptz
)
returns text
language sql
set search_path = ''
as $$
  with ended as (
    update chatbot.completions c
    set state = p_state,
        -- Past what a second delivery of the same could match.
        lease_epoch = case when p_is_late then p_epoch + 2 else c.lease_epoch end,
        finish_reason = p_finish_reason,
        error_code = p_error_code,
        content_filter = nullif(p_content_filter, '{}'),
        called_at = case when p_called then coalesce(c.called_at, c.created_at) end,
        input_tokens = p_input_tokens,
        cached_input_tokens = p_cached_input_tokens,
        cache_write_tokens = p_cache_write_tokens,
        output_tokens = p_output_tokens,
        reasoning_tokens = p_reasoning_tokens,
        usage_quality = p_usage_quality,
        rejected_report = p_rejected_report,
        receipt = p_receipt,
        first_token_at = p_first_token_at,
        -- Nothing was answered: the same message may be sent again.
        idempotency_key = case when p_state = 'failed' then null else c.idempotency_key end,
        -- The chat went on from where it was taken for ended.
        ended_at = coalesce(c.ended_at, clock_timestamp()),
        persisted_at = null,
        recorded_at = null
    where c.id = p_id
      and (
        (c.lease_epoch = p_epoch and c.state in ('admitted', 'streaming'))
        or (p_is_late and c.lease_epoch = p_epoch + 1 and c.state = 'interrupted')
      )
    returning c.id, c.user_id, c.restores_previous
  ),
  replaced as (
    delete from chatbot.completion_deltas d
    using ended e
    where p_seq = 0 and d.completion_id = e.id and d.seq > 0
  ),
  appended as (
    insert into chatbot.completion_deltas (completion_id, seq, text)
    select e.id, p_seq, p_text
    from ended e
    where p_text <> ''
    on conflict (completion_id, seq) do update
    set text = excluded.text
    where octet_length(excluded.text) > octet_length(completion_deltas.text)
  ),
  -- An answer that could not be given anew leaves the history, and what it was to replace comes back.
  given_back as (
    update public.messages m
    set superseded_by = case when m.id = e.id then e.id end
    from ended e
    where p_state = 'failed' and e.restores_previous and m.user_id = e.user_id and (m.superseded_by = e.id or (m.id = e.id and m.role = 'assistant'))
  )
  -- Who has the state that it asked for under its own epoch did it before, and only the acknowledgement was lost.
  select case when exists (select from public.messages m where m.id = p_id and m.role = 'assistant') then 'stored' else 'deleted' end
  where exists (select from ended)
    or exists (select from chatbot.completions c where c.id = p_id and c.lease_epoch = p_epoch and c.state = p_state);
$$;

revoke all on function chatbot.finish_completion from public;
grant execute on function chatbot.finish_completion to service_role;
