-- Erases the next of what the caller has written, in pieces that fit into a statement's time; true once nothing of it is left.
create function chatbot.erase_texts(p_limit integer)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_left integer := p_limit;
  v_chats integer := 0;
  v_messages integer := 0;
  v_chat uuid;
  v_oldest bigint;
  v_count integer;
begin
  update chatbot.completions
  set cancel_requested = true
  where user_id = v_user and state in ('admitted', 'streaming');

  while v_left > 0 loop
    -- The chat's row first, as the admission has it.
    select c.id into v_chat from public.chats c where c.user_id = v_user limit 1 for no key update;
    exit when not found;

    -- From the newest back to here, or to the first.
    select m.seq into v_oldest
    from public.messages m
    where m.chat_id = v_chat and m.user_id = v_user
    order by m.seq desc
    offset v_left - 1
    limit 1;
    delete from public.messages m
    where m.chat_id = v_chat and m.user_id = v_user and m.seq >= coalesce(v_oldest, 0);
    get diagnostics v_count = row_count;
    if v_count < v_left then
      delete from public.chats c where c.id = v_chat;
      v_chats := v_chats + 1;
    end if;
    v_messages := v_messages + v_count;

    v_left := v_left - v_count - 1;
  end loop;
  perform chatbot.note_progress(
    (select e.operation_id from chatbot.erasures e where e.user_id = v_user), jsonb_build_object('chats', v_chats, 'messages', v_messages)
  );
  return v_left > 0;
end
$$;

revoke all on function chatbot.erase_texts from public;
grant execute on function chatbot.erase_texts to authenticated;
