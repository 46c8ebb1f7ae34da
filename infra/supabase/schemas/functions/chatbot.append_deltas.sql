-- One statement per tick for all live streams of an instance: appends their deltas, renews the leases that are
-- half gone, and tells which completions are still theirs, which are asked to stop, and which have no message any more to be stored
-- with. What is missing in the answer was taken away. A lease that is not yet due cannot have been taken, so it needs no write of
-- its own. It is committed like all else: behind a pooler nobody is told of a crash between two ticks, and a piece that it took would
-- be missing for good.
create function chatbot.append_deltas(
  p_ids uuid[],
  p_epochs integer[],
  -- Whether a call is out: a process that is killed now has used it. A call that was refused is not.
  p_called boolean[],
  p_delta_ids uuid[],
  p_delta_seqs integer[],
  p_delta_texts text[],
  p_delta_reasoning integer[],
  p_lease interval
)
returns table (id uuid, cancel_requested boolean, answer_deleted boolean)
language sql
set search_path = ''
as $$
  with held as (
    select
      c.id,
      c.lease_epoch,
      c.cancel_requested,
      c.purpose = 'answer' and not exists (select from public.messages m where m.id = c.id and m.role = 'assistant') as answer_deleted,
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
    select h.id, h.cancel_requested, h.answer_deleted
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
    insert into chatbot.completion_deltas (completion_id, seq, text, reasoning_tokens)
    select d.id, d.seq, d.text, d.reasoning_tokens
    from unnest(p_delta_ids, p_delta_seqs, p_delta_texts, p_delta_reasoning) d (id, seq, text, reasoning_tokens)
    join mine m on m.id = d.id
    -- The same piece again, as there is more reasoning, or after an acknowledgement was lost: it may have grown meanwhile, and the
    -- longest is the whole.
    on conflict (completion_id, seq) do update
    set text = case when octet_length(excluded.text) > octet_length(completion_deltas.text) then excluded.text else completion_deltas.text end,
        reasoning_tokens = greatest(excluded.reasoning_tokens, completion_deltas.reasoning_tokens)
    where octet_length(excluded.text) > octet_length(completion_deltas.text) or excluded.reasoning_tokens > completion_deltas.reasoning_tokens
  )
  select m.id, m.cancel_requested, m.answer_deleted
  from mine m;
$$;

revoke all on function chatbot.append_deltas from public;
grant execute on function chatbot.append_deltas to service_role;
