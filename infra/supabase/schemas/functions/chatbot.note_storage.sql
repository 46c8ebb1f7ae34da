-- Adds to what a user has stored, or takes from it. What makes it more than their plan allows is refused, where it is theirs to
-- refuse: an answer that was generated is stored in any case.
create function chatbot.note_storage(
  p_user_id uuid,
  p_chats integer,
  p_bytes bigint,
  p_may_refuse boolean,
  -- In the chat that grows.
  p_messages integer default null
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_stored record;
  v_plan record;
begin
  if p_chats = 0 and p_bytes = 0 then
    -- The message that an answer will be: it may only not be begun.
    select s.chats, s.bytes into v_stored from chatbot.user_storage s where s.user_id = p_user_id;
  else
    update chatbot.user_storage s
    set chats = greatest(s.chats + p_chats, 0),
        bytes = greatest(s.bytes + p_bytes, 0)
    where s.user_id = p_user_id
    returning s.chats, s.bytes into v_stored;
  end if;
  if not found then
    -- Less of nothing, or no more: the user is being deleted.
    if p_chats <= 0 and p_bytes <= 0 then
      return;
    end if;
    insert into chatbot.user_storage as s (user_id, chats, bytes)
    values (p_user_id, p_chats, p_bytes)
    on conflict (user_id) do update
    set chats = s.chats + excluded.chats,
        bytes = s.bytes + excluded.bytes
    returning s.chats, s.bytes into v_stored;
  end if;

  if not p_may_refuse then
    return;
  end if;

  select p.max_chats, p.max_messages_per_chat, p.max_stored_bytes into v_plan
  from (values (p_user_id)) who (user_id)
  left join billing.user_plans u on u.user_id = who.user_id
  join billing.plans p on p.id = coalesce(u.plan_id, (select d.id from billing.plans d where d.is_default));
  if p_chats > 0 and v_stored.chats > v_plan.max_chats then
    perform chatbot.refuse('CB013', 'Your plan allows no more chats. Delete some to begin new ones.', jsonb_build_object(
      'quota', 'chats',
      'limit', v_plan.max_chats
    ));
  elsif p_messages > v_plan.max_messages_per_chat then
    perform chatbot.refuse('CB013', 'Your plan allows no more messages in this chat. Begin a new one.', jsonb_build_object(
      'quota', 'messages_per_chat',
      'limit', v_plan.max_messages_per_chat
    ));
  elsif v_stored.bytes > v_plan.max_stored_bytes then
    perform chatbot.refuse('CB013', 'Your plan allows no more text to be stored. Delete chats to make room.', jsonb_build_object(
      'quota', 'stored_bytes',
      'limit', v_plan.max_stored_bytes
    ));
  end if;
end
$$;

revoke all on function chatbot.note_storage from public;
grant execute on function chatbot.note_storage to service_role;
