namespace ChatBot.Tests.Schema;

/// <summary>What could go wrong with the schema, one statement each, read from the catalogue, with the file that should notice.</summary>
internal static class BreakagesSql
{
    public const string Policies = """
        with policies as (
          select
            p.schemaname || '/' || p.tablename || '.sql' as file,
            format('%I on %I.%I', p.policyname, p.schemaname, p.tablename) as name,
            p.qual,
            p.with_check
          from pg_policies p
          where p.schemaname in ('public', 'chatbot', 'billing')
        ),
        -- A condition of two parts, less one of them.
        parts as (
          select p.file, p.name, e.clause, t.part, count(*) over (partition by p.name, e.clause) as total
          from policies p
          cross join (values ('using'), ('with check')) e (clause)
          cross join lateral (values (case e.clause when 'using' then p.qual else p.with_check end)) c (condition)
          cross join lateral regexp_split_to_table(substr(c.condition, 2, length(c.condition) - 2), ' AND ') t (part)
        )
        select 'drop policy ' || p.name, p.file
        from policies p
        union all
        select 'alter policy ' || p.name || ' using (true)', p.file
        from policies p
        where p.qual is not null
        union all
        select 'alter policy ' || p.name || ' with check (true)', p.file
        from policies p
        where p.with_check is not null
        union all
        select 'alter policy ' || p.name || ' using (true) with check (true)', p.file
        from policies p
        where p.qual is not null and p.with_check is not null
        union all
        select format('alter policy %s %s (%s)', p.name, p.clause, p.part), p.file
        from parts p
        where p.total > 1
        """;

    public const string RowLevelSecurity = """
        select format(t.statement, c.oid::regclass), coalesce(t.file, n.nspname || '/' || c.relname || '.sql')
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        cross join (values
          ('alter table %s disable row level security', null),
          -- Nobody but the owner would notice, and the owner's role passes row level security: only the catalogue shows it.
          ('alter table %s no force row level security', 'grants.sql')
        ) t (statement, file)
        where n.nspname in ('public', 'chatbot', 'billing') and c.relkind in ('r', 'p')
        """;

    public const string Grants = """
        select format(t.statement, c.oid::regclass), coalesce(t.file, n.nspname || '/' || c.relname || '.sql')
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        cross join (values
          ('grant all on %s to authenticated', null),
          ('revoke all on %s from service_role', null),
          ('grant select on %s to anon', 'grants.sql'),
          ('grant truncate on %s to service_role', 'grants.sql')
        ) t (statement, file)
        where n.nspname in ('public', 'chatbot', 'billing') and c.relkind in ('r', 'p')
        union all
        select format('grant %s (%I) on %s to authenticated', t.privilege, a.attname, c.oid::regclass), 'grants.sql'
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        cross join (values ('insert'), ('update')) t (privilege)
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not has_column_privilege('authenticated', c.oid, a.attnum, t.privilege)
        """;

    public const string Constraints = """
        select format('alter table %s drop constraint %I cascade', t.oid::regclass, c.conname), n.nspname || '/' || t.relname || '.sql'
        from pg_constraint c
        join pg_class t on t.oid = c.conrelid
        join pg_namespace n on n.oid = t.relnamespace
        where n.nspname in ('public', 'chatbot', 'billing') and c.contype in ('c', 'f', 'u')
        union all
        select format('drop index %s', i.indexrelid::regclass), n.nspname || '/' || t.relname || '.sql'
        from pg_index i
        join pg_class t on t.oid = i.indrelid
        join pg_namespace n on n.oid = t.relnamespace
        where n.nspname in ('public', 'chatbot', 'billing') and i.indisunique
          and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
        """;

    public const string Triggers = """
        select format('drop trigger %I on %s', g.tgname, t.oid::regclass), n.nspname || '/' || t.relname || '.sql'
        from pg_trigger g
        join pg_class t on t.oid = g.tgrelid
        join pg_namespace n on n.oid = t.relnamespace
        where n.nspname in ('public', 'chatbot', 'billing') and not g.tgisinternal
        """;

    public const string Functions = """
        select format(t.statement, p.oid::regprocedure), 'functions.sql'
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        cross join (values
          ('grant execute on function %s to public'),
          ('grant execute on function %s to anon'),
          ('revoke execute on function %s from authenticated, service_role'),
          ('alter function %s set search_path = public'),
          ('alter function %s security definer')
        ) t (statement)
        where n.nspname in ('public', 'chatbot', 'billing')
          -- Without those that say nothing new.
          and not (t.statement like 'alter % definer' and p.prosecdef)
          and not (t.statement like 'revoke %' and not has_function_privilege('authenticated', p.oid, 'execute')
            and not has_function_privilege('service_role', p.oid, 'execute'))
        """;
}
