create table public.user_preferences (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  theme text not null default 'system',
  openai_settings jsonb not null default '{"preferred_model": "gpt-4o"}',
  notification_settings jsonb not null default '{"email_notifications": false, "push_notifications": false}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_preferences_pkey primary key (id),
  constraint user_preferences_user_id_key unique (user_id),
  constraint user_preferences_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  constraint user_preferences_theme_known check (theme in ('system', 'light', 'dark')),
  constraint user_preferences_openai_settings_shape check (
    jsonb_typeof(openai_settings) = 'object'
    and octet_length(openai_settings::text) <= 4096
    and coalesce(jsonb_typeof(openai_settings -> 'preferred_model'), 'string') in ('string', 'null')
  ),
  constraint user_preferences_notification_settings_shape check (
    jsonb_typeof(notification_settings) = 'object' and octet_length(notification_settings::text) <= 4096
  )
);

create trigger user_preferences_touch_updated_at
before update on public.user_preferences
for each row execute function chatbot.touch_updated_at();

alter table public.user_preferences enable row level security;
alter table public.user_preferences force row level security;

create policy "Users read their own preferences" on public.user_preferences
for select to authenticated
using (user_id = (select auth.uid()));

create policy "Users create their own preferences" on public.user_preferences
for insert to authenticated
with check (user_id = (select auth.uid()));

create policy "Users change their own preferences" on public.user_preferences
for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

create policy "Users delete their own preferences" on public.user_preferences
for delete to authenticated
using (user_id = (select auth.uid()));

revoke all on public.user_preferences from public, anon, authenticated, service_role;
grant select, delete on public.user_preferences to authenticated;
grant insert (id, user_id, theme, openai_settings, notification_settings) on public.user_preferences to authenticated;
grant update (theme, openai_settings, notification_settings) on public.user_preferences to authenticated;
grant select, insert, update, delete on public.user_preferences to service_role;

comment on table public.user_preferences is 'A user''s preferences; who has no row has the defaults.';
comment on column public.user_preferences.id is 'The key of the row.';
comment on column public.user_preferences.user_id is 'The user; one row each.';
comment on column public.user_preferences.theme is 'system, light or dark.';
comment on column public.user_preferences.openai_settings is 'preferred_model.';
comment on column public.user_preferences.notification_settings is 'email_notifications and push_notifications.';
comment on column public.user_preferences.created_at is 'When the row was made.';
comment on column public.user_preferences.updated_at is 'When it was last changed.';
