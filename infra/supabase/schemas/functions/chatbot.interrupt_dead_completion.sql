-- For the first reader who notices that nobody writes an answer any more.
create function chatbot.interrupt_dead_completion(p_id uuid)
returns boolean
language sql
security definer
set search_path = ''
as $$
  -- Nobody is not everybody.
  select case when auth.uid() is null then false else exists (select from chatbot.interrupt_dead(auth.uid(), p_id)) end;
$$;

revoke all on function chatbot.interrupt_dead_completion from public;
grant execute on function chatbot.interrupt_dead_completion to authenticated;
