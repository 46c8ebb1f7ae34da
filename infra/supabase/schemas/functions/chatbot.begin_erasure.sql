-- Begins to erase the caller's account, or finds that this has begun; the operation that does it. From now on the account is of no use to
-- anybody.
create function chatbot.begin_erasure()
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_id text;
begin
  insert into chatbot.erasures (user_id) values (v_user) on conflict do nothing;
  select e.operation_id into strict v_id from chatbot.erasures e where e.user_id = v_user;
  insert into chatbot.operations (id, kind, owner_hash, progress)
  values (v_id, 'erase_account', chatbot.owner_hash(v_id, v_user), '{"chats": 0, "messages": 0, "periods": 0, "usageEvents": 0}')
  on conflict do nothing;
  return v_id;
end
$$;

revoke all on function chatbot.begin_erasure from public;
grant execute on function chatbot.begin_erasure to authenticated;
