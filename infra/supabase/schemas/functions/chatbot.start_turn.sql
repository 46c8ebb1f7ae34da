-- Makes room for the turn: stores or finds the user's message, takes what it replaces out of the history, and
-- returns the id of the message to answer.
create function chatbot.start_turn(
  p_user_id uuid,
  p_chat_id uuid,
  p_completion_id uuid,
  p_trigger text,
  p_message_id uuid,
  p_is_edit boolean,
  p_client_id text,
  p_content text,
  p_token_bound integer
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  -- So many are out of the history in a fraction of a second.
  c_furthest_back constant integer := 10000;
  v_message record;
  v_keep_to bigint;
  v_answered uuid;
begin
  if p_message_id is not null then
    select m.chat_id, m.user_id, m.seq, m.role, m.content, m.superseded_by
    into v_message
    from public.messages m
    where m.id = p_message_id;
  end if;

  if p_trigger = 'submit-message' then
    if v_message is null then
      insert into public.messages (id, chat_id, user_id, role, content, client_id, token_bound)
      values (p_message_id, p_chat_id, p_user_id, 'user', p_content, p_client_id, p_token_bound);
      return p_message_id;
    end if;

    if v_message.chat_id <> p_chat_id or v_message.user_id <> p_user_id or v_message.role <> 'user'
      or v_message.superseded_by is not null or (v_message.content <> p_content and not p_is_edit)
    then
      perform chatbot.refuse('CB006', 'The message id is taken. Send the message under a new id.');
    end if;

    -- A stale repeat must not take later turns out of the history: only what failed, or an edit, begins again here.
    if not p_is_edit and exists (
      select
      from public.messages m
      left join chatbot.completions c on c.id = m.id
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq > v_message.seq
        and (m.role = 'user' or coalesce(c.state, m.status) <> 'failed')
    ) then
      perform chatbot.refuse('CB006', 'The message was answered before. Send a new message, or edit this one.');
    end if;

    v_keep_to := v_message.seq;
    v_answered := p_message_id;
  else
    if p_message_id is null then
      select m.chat_id, m.user_id, m.seq, m.role, m.content, m.superseded_by
      into v_message
      from public.messages m
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null
      order by m.seq desc
      limit 1;
    end if;

    if v_message is null or v_message.chat_id <> p_chat_id or v_message.user_id <> p_user_id or v_message.superseded_by is not null then
      perform chatbot.refuse('CB003', 'There is no such message to regenerate.');
    end if;

    v_keep_to := v_message.seq - (v_message.role <> 'user')::integer;

    select m.id
    into v_answered
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq <= v_keep_to and m.role = 'user'
    order by m.seq desc
    limit 1;

    if v_answered is null then
      perform chatbot.refuse('CB003', 'There is no user message to answer.');
    end if;
  end if;

  if (
    select count(*)
    from (
      select
      from public.messages m
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq > v_keep_to
      limit c_furthest_back + 1
    ) later
  ) > c_furthest_back
  then
    perform chatbot.refuse('CB006', 'The message lies more than 10,000 messages back. Begin a new chat from there.');
  end if;

  update public.messages
  set superseded_by = p_completion_id
  where chat_id = p_chat_id and user_id = p_user_id and seq > v_keep_to and superseded_by is null;

  -- Last: it takes the lock on what the user stores, which who stores one of those answers takes when it has the answer's.
  update public.messages
  set content = p_content,
      token_bound = p_token_bound
  where p_trigger = 'submit-message' and id = p_message_id and content <> p_content;

  return v_answered;
end
$$;

revoke all on function chatbot.start_turn from public;
