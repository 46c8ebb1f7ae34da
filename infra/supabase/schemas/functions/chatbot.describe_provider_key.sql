-- What may be shown of a user's own key, and the key as it is sealed: that it can be opened shows only when it is tried.
create function chatbot.describe_provider_key()
returns table (last_four text, last_verified_at timestamptz, id uuid, ciphertext bytea, nonce bytea, key_version integer)
language sql
stable
security definer
set search_path = ''
as $$
  select k.last_four, k.last_verified_at, k.id, k.ciphertext, k.nonce, k.key_version
  from chatbot.provider_keys k
  where k.user_id = auth.uid() and k.provider = 'openai';
$$;

revoke all on function chatbot.describe_provider_key from public;
grant execute on function chatbot.describe_provider_key to authenticated;
