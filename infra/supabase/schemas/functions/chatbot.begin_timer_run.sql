create function chatbot.begin_timer_run(p_holder uuid, p_lifetime interval)
returns boolean
language sql
set search_path = ''
as $$
  with taken as (
    update chatbot.timer_lease l
    set holder = p_holder,
        expires_at = clock_timestamp() + p_lifetime
    where l.expires_at < clock_timestamp() or l.holder = p_holder
    returning l.is_only
  )
  select exists (select from taken);
$$;

revoke all on function chatbot.begin_timer_run from public;
grant execute on function chatbot.begin_timer_run to service_role;
