-- Ends completions that nobody writes any more. What another run ends at the same time is passed over. The statement's time
-- stands still, so that the index leads to the dead, past all that live: each admission looks here.
create function chatbot.interrupt_dead(p_user_id uuid default null, p_id uuid default null)
returns setof uuid
language sql
set search_path = ''
as $$
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
$$;

revoke all on function chatbot.interrupt_dead from public;
grant execute on function chatbot.interrupt_dead to service_role;
