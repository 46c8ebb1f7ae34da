-- Remembers a stop for the send that it came before. Where the message is there already, it is meant for a regenerate to come,
-- unless its answer has just ended: then it only came late.
create function chatbot.remember_stop(p_user_id uuid, p_chat_id uuid, p_message_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- More than anyone stops in that time.
  c_most constant integer := 100;
  c_late constant interval := '2 seconds';
  v_message record;
  v_lifetime interval := '1 minute';
begin
  select m.chat_id, m.user_id, m.seq into v_message
  from public.messages m
  where m.id = p_message_id;
  if v_message.chat_id = p_chat_id and v_message.user_id = p_user_id then
    if exists (
      select
      from (
        -- What has just ended is not far from the end of its chat.
        select m.id
        from public.messages m
        where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq >= v_message.seq
        order by m.seq desc
        limit 100
      ) a
      join chatbot.completions c on c.id = a.id
      where p_message_id in (c.user_message_id, c.id) and c.ended_at > clock_timestamp() - c_late
    ) then
      return;
    end if;
    v_lifetime := c_late;
  end if;

  -- Those that have expired are the timer's to delete: two who delete several rows may wait for each other.
  if (select count(*) from chatbot.stop_requests s where s.user_id = p_user_id and s.expires_at > clock_timestamp()) >= c_most then
    perform chatbot.refuse('CB008', 'Too many stops wait for their messages.', jsonb_build_object('retryAfterSeconds', 60));
  end if;
  insert into chatbot.stop_requests (user_id, chat_id, message_id, expires_at)
  values (p_user_id, p_chat_id, p_message_id, clock_timestamp() + v_lifetime)
  on conflict (user_id, chat_id, message_id) do update
  set expires_at = excluded.expires_at;
end
$$;

revoke all on function chatbot.remember_stop from public;
