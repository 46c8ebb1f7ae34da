-- Every change of a completion is one conditional update on (state, lease epoch): zero rows changed means that
-- someone else did it first.

-- One statement per tick for all live streams of an instance: appends their deltas, renews the leases that are
-- half gone, and tells which completions are still theirs and which are asked to stop. What is missing in the
-- answer was taken away. A lease that is not yet due cannot have been taken, so it needs no write of its own.
create function chatbot.append_deltas(
  p_ids uuid[],
  p_epochs integer[],
  p_delta_ids uuid[],
  p_delta_seqs integer[],
  p_delta_texts text[],
  p_lease interval
)
returns table (id uuid, cancel_requested boolean)
language sql
set search_path = ''
begin atomic
  -- A crash of the database may cost the last tick of a draft, not a wait for its disk at every tick.
  select set_config('synchronous_commit', 'off', true);

  with held as (
    select
      c.id,
      c.lease_epoch,
      c.cancel_requested,
      c.state = 'admitted' or c.lease_expires_at < clock_timestamp() + p_lease / 2 as is_due
    from unnest(p_ids, p_epochs) live (id, epoch)
    join chatbot.completions c on c.id = live.id and c.lease_epoch = live.epoch and c.state in ('admitted', 'streaming')
  ),
  renewed as (
    update chatbot.completions c
    set lease_expires_at = clock_timestamp() + p_lease,
        state = 'streaming',
        called_at = coalesce(c.called_at, clock_timestamp())
    from held h
    where h.is_due and c.id = h.id and c.lease_epoch = h.lease_epoch and c.state in ('admitted', 'streaming')
    returning c.id
  ),
  mine as (
    select h.id, h.cancel_requested
    from held h
    where not h.is_due or h.id in (select r.id from renewed r)
  ),
  appended as (
    insert into chatbot.completion_deltas (completion_id, seq, text)
    select d.id, d.seq, d.text
    from unnest(p_delta_ids, p_delta_seqs, p_delta_texts) d (id, seq, text)
    join mine m on m.id = d.id
    -- The same piece again, after an acknowledgement was lost: it may have grown meanwhile, and the longest is the whole.
    on conflict (completion_id, seq) do update
    set text = excluded.text
    where octet_length(excluded.text) > octet_length(completion_deltas.text)
  )
  select m.id, m.cancel_requested
  from mine m;
end;

create function chatbot.finish_completion(
  p_id uuid,
  p_epoch integer,
  p_state text,
  p_finish_reason text,
  p_error_code text,
  p_called boolean,
  p_seq integer,
  p_text text,
  p_input_tokens integer,
  p_cached_input_tokens integer,
  p_output_tokens integer,
  p_reasoning_tokens integer,
  p_first_token_at timestamptz
)
returns boolean
language sql
set search_path = ''
begin atomic
  with ended as (
    update chatbot.completions c
    set state = p_state,
        finish_reason = p_finish_reason,
        error_code = p_error_code,
        called_at = case when p_called then coalesce(c.called_at, c.created_at) end,
        input_tokens = p_input_tokens,
        cached_input_tokens = p_cached_input_tokens,
        output_tokens = p_output_tokens,
        reasoning_tokens = p_reasoning_tokens,
        first_token_at = p_first_token_at,
        -- Nothing was answered: the same message may be sent again.
        idempotency_key = case when p_state = 'failed' then null else c.idempotency_key end,
        request_fingerprint = case when p_state = 'failed' then null else c.request_fingerprint end,
        ended_at = clock_timestamp()
    where c.id = p_id and c.lease_epoch = p_epoch and c.state in ('admitted', 'streaming')
    returning c.id
  ),
  appended as (
    insert into chatbot.completion_deltas (completion_id, seq, text)
    select e.id, p_seq, p_text
    from ended e
    where p_text <> ''
    on conflict (completion_id, seq) do update
    set text = excluded.text
    where octet_length(excluded.text) > octet_length(completion_deltas.text)
  )
  -- Who has the state that it asked for under its own epoch did it before, and only the acknowledgement was lost.
  select exists (select from ended)
    or exists (select from chatbot.completions c where c.id = p_id and c.lease_epoch = p_epoch and c.state = p_state);
end;

-- What may be shown of an answer that is not stored with its message yet: to its owner only.
create function chatbot.read_draft(p_message_id uuid)
returns table (content text, status text, finish_reason text)
language sql
stable
security definer
set search_path = ''
begin atomic
  select
    chatbot.draft_text(c.id),
    case
      when c.ended_at is null then 'streaming'
      when c.state = 'finished' then 'complete'
      else c.state
    end,
    c.finish_reason
  from chatbot.completions c
  where c.id = p_message_id and c.user_id = auth.uid() and c.persisted_at is null;
end;

-- What there is of an answer, for its owner: `tail`, the pieces of the draft from the one at p_from on, of which the first
-- begins at `tail_from` and the last at `last_from` (the last may still grow); `whole` once it is stored with its message.
create function chatbot.read_answer(p_id uuid, p_from integer)
returns table (state text, finish_reason text, error_code text, is_dead boolean, tail text, tail_from integer, last_from integer, whole text)
language sql
stable
security definer
set search_path = ''
begin atomic
  select
    c.state,
    c.finish_reason,
    c.error_code,
    c.ended_at is null and c.lease_expires_at < now(),
    case when c.persisted_at is null then coalesce(d.text, '') end,
    d.tail_from,
    d.last_from,
    case when c.persisted_at is not null then (
      select m.content
      from public.messages m
      where m.id = c.id and m.user_id = c.user_id and m.role = 'assistant'
    ) end
  from chatbot.completions c
  cross join lateral (
    select string_agg(p.text, '' order by p.seq) as text, min(p.seq) as tail_from, max(p.seq) as last_from
    from chatbot.completion_deltas p
    where p.completion_id = c.id and p.seq >= p_from
  ) d
  where c.id = p_id and c.user_id = auth.uid();
end;

-- The answer that is being written in a chat.
create function chatbot.find_live_completion(p_chat_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
begin atomic
  select c.id
  from chatbot.completions c
  where c.chat_id = p_chat_id and c.user_id = auth.uid() and c.state in ('admitted', 'streaming');
end;

-- For the first reader who notices that nobody writes an answer any more.
create function chatbot.interrupt_dead_completion(p_id uuid)
returns boolean
language sql
security definer
set search_path = ''
begin atomic
  with ended as (
    update chatbot.completions c
    set state = 'interrupted',
        lease_epoch = c.lease_epoch + 1,
        ended_at = clock_timestamp()
    where c.id = p_id and c.user_id = auth.uid() and c.state in ('admitted', 'streaming') and c.lease_expires_at < clock_timestamp()
    returning c.id
  )
  select exists (select from ended);
end;

-- Stores a finished answer with its message. The draft stays until the usage is recorded, which may have to count it.
-- Returns what is known of the completion, null where there is none.
create function chatbot.persist_message(p_id uuid)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
begin
  select c.* into v_completion from chatbot.completions c where c.id = p_id for update;
  if not found then
    return null;
  end if;
  if v_completion.ended_at is null then
    return 'live';
  end if;
  if v_completion.persisted_at is not null then
    return 'persisted';
  end if;

  -- The message may be gone: what was called is billed all the same.
  update public.messages
  set content = chatbot.draft_text(p_id),
      status = case v_completion.state when 'finished' then 'complete' else v_completion.state end,
      finish_reason = v_completion.finish_reason,
      receipt = jsonb_strip_nulls(jsonb_build_object(
        'model', v_completion.model,
        'attempts', v_completion.attempt,
        'payer', v_completion.payer,
        'error', v_completion.error_code,
        'startedAt', v_completion.created_at,
        'firstTokenAt', v_completion.first_token_at,
        'endedAt', v_completion.ended_at
      ))
  where id = p_id and status = 'streaming';

  update chatbot.completions set persisted_at = clock_timestamp() where id = p_id;
  return 'persisted';
end
$$;

-- A user's request to stop a running answer; the instance that writes it learns of it with its next tick.
create function chatbot.request_cancel(p_chat_id uuid)
returns uuid
language sql
security definer
set search_path = ''
begin atomic
  update chatbot.completions
  set cancel_requested = true
  where chat_id = p_chat_id and user_id = auth.uid() and state in ('admitted', 'streaming')
  returning id;
end;

revoke all on all functions in schema chatbot from public;
grant execute on function chatbot.draft_text, chatbot.append_deltas, chatbot.finish_completion, chatbot.persist_message to service_role;
grant execute on function chatbot.read_draft, chatbot.read_answer, chatbot.find_live_completion, chatbot.interrupt_dead_completion,
  chatbot.request_cancel
to authenticated;
