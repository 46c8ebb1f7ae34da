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

comment on table chatbot.provider_keys is 'A user''s own key for a model provider, AES-256-GCM under a data key that only the program has.';
comment on column chatbot.provider_keys.id is 'The key of the row.';
comment on column chatbot.provider_keys.user_id is 'The user.';
comment on column chatbot.provider_keys.provider is 'openai.';
comment on column chatbot.provider_keys.ciphertext is 'The key, encrypted, and its tag of 16 bytes.';
comment on column chatbot.provider_keys.nonce is 'Of the encryption, 12 bytes.';
comment on column chatbot.provider_keys.key_version is 'Which data key it is encrypted under.';
comment on column chatbot.provider_keys.last_four is 'Its last four characters, which are shown.';
comment on column chatbot.provider_keys.last_verified_at is 'When the provider last took it.';
comment on column chatbot.provider_keys.created_at is 'When the row was made.';
comment on column chatbot.provider_keys.updated_at is 'When it was last changed.';
