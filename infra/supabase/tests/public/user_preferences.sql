begin;
\ir ../cells.psql
select plan(138);

select pg_temp.given($$
  insert into public.user_preferences (id, user_id) values ({preferences}, {owner}), ({neighbours_preferences}, {neighbour})
$$);

insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('1         0         denied    all       0         0         0         22P02', $$select from public.user_preferences$$),
  ('1         0         denied    1         0         0         0         22P02',
    $$select from public.user_preferences where id = {preferences}$$),
  ('policy    1         denied    1         policy    policy    policy    22P02',
    $$insert into public.user_preferences (user_id) values ({stranger})$$),
  ('23505     1         denied    23502     policy    policy    policy    22P02',
    $$insert into public.user_preferences (theme) values ('dark')$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$insert into public.user_preferences (user_id, created_at) values ({stranger}, '2020-01-01')$$),
  ('1         0         denied    all       0         0         0         22P02', $$update public.user_preferences set theme = 'dark'$$),
  ('1         0         denied    1         0         0         0         22P02',
    $$update public.user_preferences set openai_settings = '{}' where id = {preferences}$$),
  ('denied    denied    denied    1         denied    denied    denied    denied',
    $$update public.user_preferences set user_id = {stranger} where id = {preferences}$$),
  ('denied    denied    denied    all       denied    denied    denied    denied',
    $$update public.user_preferences set created_at = '2020-01-01'$$),
  ('1         0         denied    all       0         0         0         22P02', $$delete from public.user_preferences$$),
  ('1         0         denied    1         0         0         0         22P02',
    $$delete from public.user_preferences where id = {preferences}$$),
  ('1         policy    denied    1         policy    policy    policy    22P02',
    $$insert into public.user_preferences (user_id) values ({owner}) on conflict (user_id) do update set theme = 'dark'$$),
  ('1         policy    denied    23502     policy    policy    policy    22P02',
    $$insert into public.user_preferences (id) values ({preferences}) on conflict (id) do update set theme = 'dark'$$);
select pg_temp.check_cells('public.user_preferences');

select pg_temp.grant_everything('public.user_preferences');
insert into cells (expected, statement)
values
  -- owner    stranger  anon      service   unset     empty     bare      malformed
  ('1         0         0         -         -         0         0         22P02', $$select from public.user_preferences$$),
  ('policy    1         policy    -         -         policy    policy    22P02',
    $$insert into public.user_preferences (user_id) values ({stranger})$$),
  ('policy    0         0         -         -         0         0         22P02',
    $$update public.user_preferences set user_id = {stranger}$$),
  ('1         0         0         -         -         0         0         22P02', $$delete from public.user_preferences$$);
select pg_temp.check_cells('public.user_preferences');

insert into refusals (refused_by, statement)
values
  ('user_preferences_theme_known', $$update public.user_preferences set theme = 'pink'$$),
  ('user_preferences_openai_settings_shape', $$update public.user_preferences set openai_settings = '{"preferred_model": 4}'$$),
  ('user_preferences_openai_settings_shape', $$update public.user_preferences set openai_settings = '[]'$$),
  ('user_preferences_openai_settings_shape',
    $$update public.user_preferences set openai_settings = jsonb_build_object('x', repeat('x', 4096))$$),
  ('user_preferences_notification_settings_shape', $$update public.user_preferences set notification_settings = '"none"'$$),
  ('user_preferences_user_id_key', $$insert into public.user_preferences (user_id) values ({owner})$$),
  ('user_preferences_user_id_fkey', $$insert into public.user_preferences (user_id) values ({nobody})$$);
select pg_temp.check_refusals();

select results_eq(
  pg_temp.with_names($$
    select theme, openai_settings, notification_settings
    from public.user_preferences
    where id = {preferences}
  $$),
  $$
    values (
      'system', '{"preferred_model": "gpt-4o"}'::jsonb, '{"email_notifications": false, "push_notifications": false}'::jsonb
    )
  $$,
  'the defaults'
);
select pg_temp.given($$update public.user_preferences set theme = 'dark' where id = {preferences}$$);
select isnt_empty(
  pg_temp.with_names($$select from public.user_preferences where id = {preferences} and updated_at > created_at$$),
  'a change shows its time'
);
select pg_temp.given($$delete from auth.users where id = {owner}$$);
select is_empty(pg_temp.with_names($$select from public.user_preferences where id = {preferences}$$), 'preferences go with their user');

select * from finish();
rollback;
