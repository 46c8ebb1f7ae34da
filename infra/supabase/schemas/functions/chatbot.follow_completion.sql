-- Somebody reads the answer at an instance that does not write it.
create function chatbot.follow_completion(p_id uuid)
returns void
language sql
security definer
set search_path = ''
as $$
  update chatbot.completions
  set followed_at = clock_timestamp()
  where id = p_id and user_id = auth.uid() and state in ('admitted', 'streaming');
$$;

revoke all on function chatbot.follow_completion from public;
grant execute on function chatbot.follow_completion to authenticated;
