drop function chatbot.append_deltas;
drop function chatbot.finish_completion;
drop function chatbot.interrupt_dead_completion;
drop function chatbot.read_answer;
drop function chatbot.sweep_completions;

-- Ends completions that nobody writes any more. What another run ends at the same time is passed over. The statement's time
-- stands still, so that the index leads to the dead, past all that live: each admission looks here.
create function chatbot.interrupt_dead(p_user_id uuid default null, p_id uuid default null)
returns setof uuid
language sql
set search_path = ''
begin atomic
  with dead as (
    select c.id
    from chatbot.completions c
    where c.state in ('admitted', 'streaming') and c.lease_expires_at < statement_timestamp()
      and (p_user_id is null or c.user_id = p_user_id)
      and (p_id is null or c.id = p_id)
    order by c.lease_expires_at
    limit 1000
    for update skip locked
  )
  update chatbot.completions c
  set state = 'interrupted',
      lease_epoch = c.lease_epoch + 1,
      ended_at = clock_timestamp()
  from dead
  where c.id = dead.id
  returning c.id;
end;

-- For the first reader who notices that nobody writes an answer any more.
create function chatbot.interrupt_dead_completion(p_id uuid)
returns boolean
language sql
security definer
set search_path = ''
begin atomic
  -- Nobody is not everybody.
  select case when auth.uid() is null then false else exists (select from chatbot.interrupt_dead(auth.uid(), p_id)) end;
end;

-- One statement per tick for all live streams of an instance: appends their deltas, renews the leases that are
-- half gone, and tells which completions are still theirs and which are asked to stop. What is missing in the
-- answer was taken away. A lease that is not yet due cannot have been taken, so it needs no write of its own. It is committed
-- like all else: behind a pooler nobody is told of a crash between two ticks, and a piece that it took would be missing for good.
create function chatbot.append_deltas(
  p_ids uuid[],
  p_epochs integer[],
  -- Whether a call is out: who is killed now has used it. A call that was refused is not.
  p_called boolean[],
  p_delta_ids uuid[],
  p_delta_seqs integer[],
  p_delta_texts text[],
  p_lease interval
)
returns table (id uuid, cancel_requested boolean)
language sql
set search_path = ''
begin atomic
  with held as (
    select
      c.id,
      c.lease_epoch,
      c.cancel_requested,
      live.is_called,
      c.state = 'admitted' or c.lease_expires_at < clock_timestamp() + p_lease / 2 or live.is_called = (c.called_at is null) as is_due
    from unnest(p_ids, p_epochs, p_called) live (id, epoch, is_called)
    join chatbot.completions c on c.id = live.id and c.lease_epoch = live.epoch and c.state in ('admitted', 'streaming')
  ),
  renewed as (
    update chatbot.completions c
    set lease_expires_at = clock_timestamp() + p_lease,
        state = 'streaming',
        called_at = case when h.is_called then coalesce(c.called_at, clock_timestamp()) end
    from held h
    where h.is_due and c.id = h.id and c.lease_epoch = h.lease_epoch and c.state in ('admitted', 'streaming')
    returning c.id
  ),
  mine as (
    select h.id, h.cancel_requested
    from held h
    where not h.is_due or h.id in (select r.id from renewed r)
  ),
  -- A piece at 0 is the whole so far. It comes again after a connection was lost: another server may have taken over, without some
  -- of the pieces that it had acknowledged.
  replaced as (
    delete from chatbot.completion_deltas o
    using unnest(p_delta_ids, p_delta_seqs) d (id, seq), mine m
    where d.seq = 0 and o.completion_id = d.id and m.id = d.id and o.seq > 0
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

-- Ends a completion as its instance knows that it ended, with the rest of its text. False where someone else ended it.
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
        -- Past what a second delivery of the same could match.
        lease_epoch = case when p_is_late then p_epoch + 2 else c.lease_epoch end,
        finish_reason = p_finish_reason,
        error_code = p_error_code,
        content_filter = nullif(p_content_filter, '{}'),
        called_at = case when p_called then coalesce(c.called_at, c.created_at) end,
        input_tokens = p_input_tokens,
        cached_input_tokens = p_cached_input_tokens,
        output_tokens = p_output_tokens,
        reasoning_tokens = p_reasoning_tokens,
        first_token_at = p_first_token_at,
        -- Nothing was answered: the same message may be sent again.
        idempotency_key = case when p_state = 'failed' then null else c.idempotency_key end,
        request_fingerprint = case when p_state = 'failed' then null else c.request_fingerprint end,
        -- The chat went on from where it was taken for ended.
        ended_at = coalesce(c.ended_at, clock_timestamp()),
        persisted_at = null,
        recorded_at = null
    where c.id = p_id
      and (
        (c.lease_epoch = p_epoch and c.state in ('admitted', 'streaming'))
        or (p_is_late and c.lease_epoch = p_epoch + 1 and c.state = 'interrupted')
      )
    returning c.id, c.gives_back
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
    where p_state = 'failed' and e.gives_back and (m.superseded_by = e.id or m.id = e.id)
  )
  -- Who has the state that it asked for under its own epoch did it before, and only the acknowledgement was lost.
  select exists (select from ended)
    or exists (select from chatbot.completions c where c.id = p_id and c.lease_epoch = p_epoch and c.state = p_state);
end;

-- What there is of an answer, for its owner: `tail`, the pieces of the draft from the one that holds p_from on, of which the first
-- begins at `tail_from` and the last at `last_from` (the last may still grow); `whole` once it is stored with its message.
create function chatbot.read_answer(p_id uuid, p_from integer)
returns table (
  state text,
  finish_reason text,
  error_code text,
  is_dead boolean,
  -- Whether who writes it wants to know that it is read.
  ends_unread boolean,
  tail text,
  tail_from integer,
  last_from integer,
  whole text
)
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
    c.ended_at is null and c.linger_seconds is not null,
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
    where p.completion_id = c.id and p.seq >= coalesce(
      (select max(h.seq) from chatbot.completion_deltas h where h.completion_id = c.id and h.seq <= p_from), 0
    )
  ) d
  where c.id = p_id and c.user_id = auth.uid();
end;

-- Somebody reads the answer at an instance that does not write it.
create function chatbot.follow_completion(p_id uuid)
returns void
language sql
security definer
set search_path = ''
begin atomic
  update chatbot.completions
  set followed_at = clock_timestamp()
  where id = p_id and user_id = auth.uid() and state in ('admitted', 'streaming');
end;

create function chatbot.is_followed(p_id uuid, p_within interval)
returns boolean
language sql
stable
set search_path = ''
begin atomic
  select coalesce((select c.followed_at > clock_timestamp() - p_within from chatbot.completions c where c.id = p_id), false);
end;

-- Stores a finished answer with its message. The draft stays until the usage is recorded, which may have to count it.
-- Returns what is known of the completion, null where there is none.
create or replace function chatbot.persist_message(p_id uuid)
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

  -- The message may be gone, or its id be a message of the user's own: what was called is billed all the same.
  update public.messages
  set content = chatbot.draft_text(p_id),
      status = case v_completion.state when 'finished' then 'complete' else v_completion.state end,
      model = v_completion.model,
      finish_reason = v_completion.finish_reason,
      receipt = jsonb_strip_nulls(jsonb_build_object(
        'model', v_completion.model,
        'attempts', v_completion.attempt,
        'payer', v_completion.payer,
        'error', v_completion.error_code,
        'contentFilter', to_jsonb(v_completion.content_filter),
        'startedAt', v_completion.created_at,
        'firstTokenAt', v_completion.first_token_at,
        'endedAt', v_completion.ended_at
      ))
  where id = p_id and user_id = v_completion.user_id and role = 'assistant';

  update chatbot.completions set persisted_at = clock_timestamp() where id = p_id;
  return 'persisted';
end
$$;

-- Ends completions whose lease ran out, and names them and those that were forgotten on their way, for the caller to wake and
-- then to mark as woken: who could not be woken is named again. What was woken and is still not done is woken again after a pause
-- that doubles each time: it may fail, or wait in a long queue, which more of the same would only make longer.
create function chatbot.sweep_completions(p_forgotten_after interval, p_longest_pause interval)
returns table (queue text, completion_id uuid)
language sql
set search_path = ''
begin atomic
  with dead as (
    select d.id
    from chatbot.interrupt_dead() d (id)
  ),
  unpersisted as (
    select c.id
    from chatbot.completions c
    where c.ended_at is not null and c.persisted_at is null
      and coalesce(c.woken_at, c.ended_at) < now() - p_forgotten_after
      and (c.woken_at is null or c.woken_at < now() - least(p_longest_pause, c.woken_at - c.ended_at))
    order by coalesce(c.woken_at, c.ended_at)
    limit 1000
  ),
  unrecorded as (
    select c.id
    from chatbot.completions c
    where c.persisted_at is not null and c.recorded_at is null
      and coalesce(c.woken_at, c.persisted_at) < now() - p_forgotten_after
      and (c.woken_at is null or c.woken_at < now() - least(p_longest_pause, c.woken_at - c.ended_at))
    order by coalesce(c.woken_at, c.persisted_at)
    limit 1000
  )
  select 'assistant-messages', d.id from dead d
  union all
  select 'assistant-messages', u.id from unpersisted u
  union all
  select 'usage-events', u.id from unrecorded u;
end;

create function chatbot.mark_woken(p_ids uuid[])
returns void
language sql
set search_path = ''
begin atomic
  update chatbot.completions
  set woken_at = clock_timestamp()
  where id = any (p_ids);
end;

revoke all on all functions in schema chatbot from public;
grant execute on function chatbot.append_deltas, chatbot.finish_completion, chatbot.is_followed, chatbot.interrupt_dead, chatbot.sweep_completions,
  chatbot.mark_woken
to service_role;
grant execute on function chatbot.read_answer, chatbot.interrupt_dead_completion, chatbot.follow_completion to authenticated;
