-- Who pays for a call: the user, where the model may be called with a key of their own and there is one.
create function chatbot.payer_of(p_user_id uuid, p_takes_own_key boolean)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when p_takes_own_key and exists (select from chatbot.provider_keys k where k.user_id = p_user_id and k.provider = 'openai') then 'own_key'
    else 'platform'
  end;
$$;

revoke all on function chatbot.payer_of from public;
