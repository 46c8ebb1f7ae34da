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
  whole text,
  receipt jsonb
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    c.state,
    c.finish_reason,
    -- Whatever became of an answer: its message is gone.
    case when exists (select from public.messages m where m.id = c.id and m.role = 'assistant') then c.error_code else 'not_found' end,
    c.ended_at is null and c.lease_expires_at < now(),
    c.ended_at is null and c.disconnect_grace_seconds is not null,
    case when c.persisted_at is null then coalesce(d.text, '') end,
    d.tail_from,
    d.last_from,
    m.content,
    coalesce(c.receipt, m.receipt)
  from chatbot.completions c
  left join public.messages m on c.persisted_at is not null and m.id = c.id and m.user_id = c.user_id and m.role = 'assistant'
  cross join lateral (
    select string_agg(p.text, '' order by p.seq) as text, min(p.seq) as tail_from, max(p.seq) as last_from
    from chatbot.completion_deltas p
    where p.completion_id = c.id and p.seq >= coalesce(
      (select max(h.seq) from chatbot.completion_deltas h where h.completion_id = c.id and h.seq <= p_from), 0
    )
  ) d
  where c.id = p_id and c.user_id = auth.uid();
$$;

revoke all on function chatbot.read_answer from public;
grant execute on function chatbot.read_answer to authenticated;
