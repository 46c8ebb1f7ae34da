-- Whether a send asks for the answer to a message that is being answered: a regenerate of its turn, or the message once more.
create function chatbot.asks_again(
  p_user_id uuid,
  p_chat_id uuid,
  -- The message that is being answered.
  p_answered_id uuid,
  p_trigger text,
  p_message_id uuid,
  p_is_edit boolean,
  p_content text
)
returns boolean
language sql
stable
set search_path = ''
as $$
  select case p_trigger
    when 'submit-message' then p_is_edit and p_message_id = p_answered_id
      and exists (select from public.messages m where m.id = p_answered_id and m.content = p_content)
    else p_answered_id = (
      select case t.role when 'user' then t.id else c.user_message_id end
      from public.messages t
      left join chatbot.completions c on c.id = t.id
      where t.chat_id = p_chat_id and t.user_id = p_user_id and t.id = coalesce(p_message_id, (
        select m.id
        from public.messages m
        where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null
        order by m.seq desc
        limit 1
      ))
    )
  end;
$$;

revoke all on function chatbot.asks_again from public;
