create function chatbot.end_timer_run(p_holder uuid)
returns void
language sql
set search_path = ''
as $$
  update chatbot.timer_lease
  set expires_at = '-infinity'
  where holder = p_holder;
$$;

revoke all on function chatbot.end_timer_run from public;
grant execute on function chatbot.end_timer_run to service_role;
