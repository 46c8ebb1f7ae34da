-- A user's request to stop an answer; the instance that writes it learns of it with its next tick. With a message it is the answer
-- to that, also where the message has still to come; without, it is whatever runs in the chat. Returns what has still to end.
create function chatbot.request_stop(p_chat_id uuid, p_message_id uuid default null)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_limits billing.limits;
  v_running uuid;
begin
  if v_user is null then
    perform chatbot.refuse('CB001', 'Sign in first.');
  end if;

  if p_message_id is not null then
    -- A send that is being admitted has this lock: either it is over then, or it finds what is remembered here.
    select l.* into v_limits from billing.limits_of(v_user) l;
    perform billing.lock_period(v_user, v_limits.period_anchor_day);
  end if;

  perform chatbot.interrupt_dead(v_user);
  update chatbot.completions c
  set cancel_requested = true
  where c.chat_id = p_chat_id and c.user_id = v_user and c.purpose = 'answer' and c.state in ('admitted', 'streaming')
    and (p_message_id is null or p_message_id in (c.user_message_id, c.id))
  returning c.id into v_running;
  if found then
    return v_running;
  end if;

  if not exists (select from public.chats c where c.id = p_chat_id and c.user_id = v_user) and (
    p_message_id is null
    or exists (select from chatbot.deleted_chats d where d.user_id = v_user and d.chat_id = p_chat_id)
  ) then
    perform chatbot.refuse('CB003', 'There is no such chat.');
  end if;

  if p_message_id is not null then
    perform chatbot.remember_stop(v_user, p_chat_id, p_message_id);
  end if;
  return null;
end
$$;

revoke all on function chatbot.request_stop from public;
grant execute on function chatbot.request_stop to authenticated;
