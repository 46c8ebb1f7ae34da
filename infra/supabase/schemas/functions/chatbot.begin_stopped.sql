-- The completion of a send whose stop came first: it has ended before it began, and nothing was called for it.
create function chatbot.begin_stopped(
  p_id uuid,
  p_user_id uuid,
  p_chat_id uuid,
  p_message_id uuid,
  p_model text,
  p_payer text,
  p_period_start timestamptz,
  p_price_id uuid,
  p_max_output integer,
  p_idempotency_key text,
  p_fingerprint bytea,
  p_at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into chatbot.completions (
    id, user_id, chat_id, user_message_id, state, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids,
    lease_expires_at, cancel_requested, idempotency_key, request_fingerprint, created_at, ended_at
  )
  values (
    p_id, p_user_id, p_chat_id, p_message_id, 'stopped', p_model, p_payer, p_period_start, p_price_id, 0, p_max_output, '{}',
    p_at, true, p_idempotency_key, p_fingerprint, p_at, p_at
  );
  perform chatbot.persist_message(p_id);
  perform billing.record_usage(p_id);
end
$$;

revoke all on function chatbot.begin_stopped from public;
