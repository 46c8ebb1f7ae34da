create function chatbot.delete_provider_key()
returns boolean
language sql
security definer
set search_path = ''
as $$
  with removed as (
    delete from chatbot.provider_keys
    where user_id = auth.uid()
    returning id
  )
  select exists (select from removed);
$$;

revoke all on function chatbot.delete_provider_key from public;
grant execute on function chatbot.delete_provider_key to authenticated;
