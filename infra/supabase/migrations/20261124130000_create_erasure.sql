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
  v_chat uuid;
  v_oldest bigint;
  v_count integer;
begin
  update chatbot.completions
  set cancel_requested = true
  where user_id = v_user and state in ('admitted', 'streaming');

  while v_left > 0 loop
    select c.id into v_chat from public.chats c where c.user_id = v_user limit 1;
    if not found then
      return true;
    end if;

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
    end if;

    v_left := v_left - v_count - 1;
  end loop;
  return false;
end
$$;

-- Erases the caller's account with all that is left of it. The ledger stays, under an id that belongs to nobody any more.
create function chatbot.erase_account()
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
begin
  delete from chatbot.rate_buckets where user_id = v_user;
  delete from billing.user_plans where user_id = v_user;
  -- Who is still writing them ends by itself; what they used is recorded.
  update chatbot.completions
  set idempotency_key = null,
      request_fingerprint = null,
      trace_parent = null
  where user_id = v_user and num_nonnulls(idempotency_key, trace_parent) > 0;
  -- All tables of public, and the keys, go with their user.
  delete from auth.users where id = v_user;
end
$$;

create index completions_by_user on chatbot.completions (user_id) where idempotency_key is not null or trace_parent is not null;

revoke all on function chatbot.erase_texts, chatbot.erase_account from public;
grant execute on function chatbot.erase_texts, chatbot.erase_account to authenticated;
