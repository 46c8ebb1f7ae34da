begin;
set local search_path = public, extensions;
select plan(16);

create temp view relations as
select n.nspname || '.' || c.relname as name, c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'chatbot', 'billing')
  and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');

create temp view grants as
select r.name, r.relkind, case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee, a.privilege_type
from relations r
cross join lateral aclexplode(r.relacl) a
where a.grantee <> r.relowner;

select tables_are('public', array['chats', 'messages', 'message_feedback', 'user_preferences']);
select tables_are('chatbot', array[
  'abandoned_attempts', 'completions', 'completion_deltas', 'deleted_chats', 'provider_keys', 'rate_buckets', 'dead_letters', 'stop_requests',
  'timer_lease', 'token_counts', 'user_storage', 'erasures', 'failed_deliveries', 'operations'
]);
select tables_are('billing', array[
  'plans', 'user_plans', 'model_prices', 'usage_reservations', 'usage_events', 'usage_periods', 'usage_daily', 'usage_alerts', 'statements',
  'reconciliations', 'reconciliation_runs', 'deployment_limits', 'deployment_periods', 'refusals', 'reached_caps', 'archived_periods'
]);
select bag_eq(
  $$select name from relations where relkind not in ('r', 'p', 'S')$$,
  $$
    values ('billing.report_periods'), ('billing.report_daily'), ('billing.report_ledger'), ('billing.report_statements'), ('billing.report_prices'),
      ('billing.report_refusals'), ('billing.report_reached_caps'), ('billing.report_plans'), ('billing.report_user_plans'),
      ('billing.report_alerts'), ('billing.report_reconciliations'), ('chatbot.accounts')
  $$,
  'there are no views, which show rows with their owner''s rights, but those for reports, and what the service may know of accounts'
);
select bag_eq(
  $$select name, privilege_type from grants where grantee = 'billing_reader'$$,
  $$select name, 'SELECT' from relations where relkind = 'v' and name ~ '^billing\.'$$,
  'the former are all that who makes reports may read'
);
select is_empty(
  $$
    select c.oid::regclass, a.attname
    from relations c
    join pg_attribute a on a.attrelid = c.oid
    where c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
      and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)
  $$,
  'each column of theirs, and of each table, is told'
);
select is_empty(
  $$select name from relations where relkind in ('r', 'p') and not relrowsecurity$$, 'every table has row level security'
);
select is_empty(
  $$select name from relations where relkind in ('r', 'p') and not relforcerowsecurity$$, 'which binds the table''s owner, too'
);
select is_empty(
  $$select name, grantee, privilege_type from grants where grantee not in ('authenticated', 'service_role', 'billing_reader') and relkind <> 'S'$$,
  'nobody else is granted anything, anon least of all'
);
select is_empty(
  $$select name, grantee, privilege_type from grants where relkind = 'S'$$, 'nobody reads or moves a sequence'
);
select bag_eq(
  $$
    select name, string_agg(privilege_type, ', ' order by privilege_type)
    from grants
    where grantee = 'authenticated' and relkind <> 'S'
    group by name
  $$,
  $$
    values
      ('public.chats', 'DELETE, SELECT'),
      ('public.messages', 'DELETE, SELECT'),
      ('public.message_feedback', 'DELETE, SELECT'),
      ('public.user_preferences', 'DELETE, SELECT')
  $$,
  'users read and delete what is theirs, and have no right to any other table'
);
select bag_eq(
  $$
    select r.name, x.privilege_type, string_agg(a.attname, ', ' order by a.attnum)
    from relations r
    join pg_attribute a on a.attrelid = r.oid
    cross join lateral aclexplode(a.attacl) x
    where x.grantee = 'authenticated'::regrole
    group by r.name, x.privilege_type
  $$,
  $$
    values
      ('public.chats', 'INSERT', 'id, user_id, title, title_source, status, model, system_prompt'),
      ('public.chats', 'UPDATE', 'title, title_source, status, model, system_prompt'),
      ('public.messages', 'INSERT', 'id, chat_id, user_id, role, content, client_id'),
      ('public.messages', 'UPDATE', 'content'),
      ('public.message_feedback', 'INSERT', 'message_id, user_id, value, comment'),
      ('public.message_feedback', 'UPDATE', 'value, comment'),
      ('public.user_preferences', 'INSERT', 'id, user_id, theme, openai_settings, notification_settings'),
      ('public.user_preferences', 'UPDATE', 'theme, openai_settings, notification_settings')
  $$,
  'and write the columns that are theirs'
);
select is_empty(
  $$
    select r.name, a.attname, x.grantee, x.privilege_type
    from relations r
    join pg_attribute a on a.attrelid = r.oid
    cross join lateral aclexplode(a.attacl) x
    where x.grantee <> 'authenticated'::regrole
  $$,
  'which nobody else is granted by the column'
);
select bag_eq(
  $$
    select name, string_agg(privilege_type, ', ' order by privilege_type)
    from grants
    where grantee = 'service_role' and relkind <> 'S'
    group by name
  $$,
  $$
    select
      name,
      case
        when relkind = 'v' then 'SELECT'
        when relname in ('model_prices', 'usage_events', 'statements', 'archived_periods') then 'INSERT, SELECT'
        when relname in ('deployment_limits', 'timer_lease') then 'SELECT, UPDATE'
        else 'DELETE, INSERT, SELECT, UPDATE'
      end
    from relations
    where relkind in ('r', 'v')
  $$,
  'the service reads and writes rows, only adds to what is append-only, and neither adds to nor takes from what has one row'
);
select bag_eq(
  $$
    select s.nspname::text, r.rolname::text
    from pg_namespace s
    cross join pg_roles r
    where s.nspname in ('chatbot', 'billing') and r.rolname in ('anon', 'authenticated', 'service_role', 'billing_reader')
      and has_schema_privilege(r.oid, s.oid, 'usage')
  $$,
  $$
    values ('chatbot', 'authenticated'), ('chatbot', 'service_role'), ('billing', 'authenticated'), ('billing', 'service_role'),
      ('billing', 'billing_reader')
  $$,
  'the machinery and the ledger are out of sight for who has not signed in'
);
select is_empty(
  $$
    select s.nspname, r.rolname
    from pg_namespace s
    cross join pg_roles r
    where s.nspname in ('chatbot', 'billing') and r.rolname in ('anon', 'authenticated', 'service_role', 'billing_reader')
      and has_schema_privilege(r.oid, s.oid, 'create')
  $$,
  'and nobody creates anything in them'
);

select * from finish();
rollback;
