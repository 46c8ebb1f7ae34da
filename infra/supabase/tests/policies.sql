begin;
set local search_path = public, extensions;
select plan(9);

create temp view policies as
select p.schemaname || '.' || p.tablename as name, p.policyname, p.permissive, p.roles, p.cmd, p.qual, p.with_check
from pg_policies p
where p.schemaname in ('public', 'chatbot', 'billing');

select policies_are('public', 'chats', array[
  'Users read their own chats', 'Users create chats for themselves', 'Users change their own chats', 'Users delete their own chats'
]);
select policies_are('public', 'messages', array[
  'Users read their own messages', 'Users write user messages for themselves', 'Users edit their own user messages',
  'Users delete their own messages'
]);
select policies_are('public', 'message_feedback', array[
  'Users read their own feedback', 'Users give feedback as themselves', 'Users change their own feedback',
  'Users withdraw their own feedback'
]);
select policies_are('public', 'user_preferences', array[
  'Users read their own preferences', 'Users create their own preferences', 'Users change their own preferences',
  'Users delete their own preferences'
]);
select is_empty(
  $$select name, policyname from policies where name !~ '^public\.'$$, 'the machinery and the ledger are shown to nobody'
);
select is_empty(
  $$select name, policyname, roles from policies where roles <> '{authenticated}'$$, 'each policy is for who has signed in'
);
select is_empty(
  $$select name, policyname from policies where permissive <> 'PERMISSIVE' or cmd = 'ALL'$$, 'and for one command'
);
select is_empty(
  $$
    select name, policyname
    from policies
    where coalesce(qual, with_check) !~ '^\(?\(?user_id = \( SELECT auth\.uid\(\) AS uid\)\)'
      or coalesce(with_check, qual) !~ '^\(?\(?user_id = \( SELECT auth\.uid\(\) AS uid\)\)'
  $$,
  'and compares with the caller, looked up once per statement'
);
select is_empty(
  $$select name, policyname from policies where cmd = 'UPDATE' and qual is distinct from with_check$$,
  'and leaves a row where it found it'
);

select * from finish();
rollback;
