-- A user's own key for a model provider, AES-256-GCM under a data key that only the program has.
create table chatbot.provider_keys (
  id uuid not null,
  user_id uuid not null,
  provider text not null default 'openai',
  ciphertext bytea not null,
  nonce bytea not null,
  key_version integer not null,
  last_four text not null,
  last_verified_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint provider_keys_pkey primary key (id),
  constraint provider_keys_one_per_provider unique (user_id, provider),
  constraint provider_keys_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint provider_keys_provider_known check (provider = 'openai'),
  -- Ciphertext and its 16-byte tag.
  constraint provider_keys_ciphertext_length check (octet_length(ciphertext) between 17 and 1024),
  constraint provider_keys_nonce_length check (octet_length(nonce) = 12),
  constraint provider_keys_version_positive check (key_version > 0),
  constraint provider_keys_last_four_length check (char_length(last_four) = 4)
);

create index provider_keys_by_version on chatbot.provider_keys (key_version, id);

create trigger provider_keys_touch_updated_at
before update on chatbot.provider_keys
for each row execute function chatbot.touch_updated_at();

alter table chatbot.provider_keys enable row level security;
alter table chatbot.provider_keys force row level security;
revoke all on chatbot.provider_keys from public, anon, authenticated, service_role;
grant select, insert, update, delete on chatbot.provider_keys to service_role;

create function chatbot.put_provider_key(p_id uuid, p_ciphertext bytea, p_nonce bytea, p_key_version integer, p_last_four text)
returns void
language sql
security definer
set search_path = ''
begin atomic
  insert into chatbot.provider_keys (id, user_id, ciphertext, nonce, key_version, last_four, last_verified_at)
  values (p_id, auth.uid(), p_ciphertext, p_nonce, p_key_version, p_last_four, now())
  on conflict (user_id, provider) do update
  set id = excluded.id,
      ciphertext = excluded.ciphertext,
      nonce = excluded.nonce,
      key_version = excluded.key_version,
      last_four = excluded.last_four,
      last_verified_at = excluded.last_verified_at;
end;

create function chatbot.delete_provider_key()
returns boolean
language sql
security definer
set search_path = ''
begin atomic
  with removed as (
    delete from chatbot.provider_keys
    where user_id = auth.uid()
    returning id
  )
  select exists (select from removed);
end;

-- What may be shown of it.
create function chatbot.describe_provider_key()
returns table (last_four text, key_version integer, last_verified_at timestamptz)
language sql
stable
security definer
set search_path = ''
begin atomic
  select k.last_four, k.key_version, k.last_verified_at
  from chatbot.provider_keys k
  where k.user_id = auth.uid() and k.provider = 'openai';
end;

revoke all on function chatbot.put_provider_key, chatbot.delete_provider_key, chatbot.describe_provider_key from public;
grant execute on function chatbot.put_provider_key, chatbot.delete_provider_key, chatbot.describe_provider_key to authenticated;
