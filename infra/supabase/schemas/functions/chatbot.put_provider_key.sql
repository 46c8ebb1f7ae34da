create function chatbot.put_provider_key(p_id uuid, p_ciphertext bytea, p_nonce bytea, p_key_version integer, p_last_four text)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into chatbot.provider_keys (id, user_id, ciphertext, nonce, key_version, last_four, last_verified_at)
  values (p_id, auth.uid(), p_ciphertext, p_nonce, p_key_version, p_last_four, now())
  on conflict (user_id, provider) do update
  set id = excluded.id,
      ciphertext = excluded.ciphertext,
      nonce = excluded.nonce,
      key_version = excluded.key_version,
      last_four = excluded.last_four,
      last_verified_at = excluded.last_verified_at;
$$;

revoke all on function chatbot.put_provider_key from public;
grant execute on function chatbot.put_provider_key to authenticated;
