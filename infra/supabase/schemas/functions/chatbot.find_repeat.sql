-- The completion that a send repeats: the one under its key or, where nothing names the send, the newest of its chat that the same
-- body made within p_repeats_for. One that failed is no repeat; it tells which message is to be answered again.
create function chatbot.find_repeat(p_user_id uuid, p_chat_id uuid, p_key text, p_fingerprint bytea, p_repeats_for interval)
returns table (id uuid, state text, user_message_id uuid)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_fingerprint bytea;
begin
  select c.id, c.state, c.user_message_id, c.request_fingerprint
  into id, state, user_message_id, v_fingerprint
  from chatbot.completions c
  where c.user_id = p_user_id and c.idempotency_key = p_key;
  if found then
    if v_fingerprint <> p_fingerprint then
      perform chatbot.refuse('CB007', 'The same key or message id came before with another body.');
    end if;
    return next;
    return;
  end if;

  return query
  select c.id, c.state, c.user_message_id
  from (
    select m.id
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null
    order by m.seq desc
    limit 1
  ) newest
  join chatbot.completions c on c.id = newest.id
  where c.request_fingerprint = p_fingerprint and c.created_at > billing.clock() - p_repeats_for
    -- Who gives a key means what it says.
    and coalesce(c.idempotency_key not like 'key:%', true);
end
$$;

revoke all on function chatbot.find_repeat from public;
