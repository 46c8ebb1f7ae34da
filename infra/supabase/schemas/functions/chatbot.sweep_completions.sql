-- Ends completions whose lease ran out, and names them and those that were forgotten on their way, for the caller to wake. The forgotten
-- ones are marked as woken as they are named, and another run passes over them: so each is woken once, however many instances look, and one
-- whose wake-up is not sent, or is lost, or waits in a long queue, is named again after a pause that doubles each time.
-- Takes at most a batch: who gets as many as that of one kind asks again.
create function chatbot.sweep_completions(p_forgotten_after interval, p_longest_pause interval, p_batch integer)
returns table (queue text, completion_id uuid)
language sql
set search_path = ''
as $$
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
    limit p_batch
    for update skip locked
  ),
  unrecorded as (
    select c.id
    from chatbot.completions c
    where c.persisted_at is not null and c.recorded_at is null
      and coalesce(c.woken_at, c.persisted_at) < now() - p_forgotten_after
      and (c.woken_at is null or c.woken_at < now() - least(p_longest_pause, c.woken_at - c.ended_at))
    order by coalesce(c.woken_at, c.persisted_at)
    limit p_batch
    for update skip locked
  ),
  forgotten as (
    select 'assistant-messages' as queue, u.id
    from unpersisted u
    union all
    select 'usage-events', u.id
    from unrecorded u
  ),
  woken as (
    update chatbot.completions c
    set woken_at = clock_timestamp()
    from forgotten f
    where c.id = f.id
  )
  select 'assistant-messages', d.id from dead d
  union all
  select f.queue, f.id from forgotten f;
$$;

revoke all on function chatbot.sweep_completions from public;
grant execute on function chatbot.sweep_completions to service_role;
