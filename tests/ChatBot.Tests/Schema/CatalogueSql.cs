namespace ChatBot.Tests.Schema;

/// <summary>All that a database holds of this repository, as lines of text that are the same for the same schema.</summary>
internal static class CatalogueSql
{
    public const string Objects = """
        with schemas as (
          select n.oid, n.nspname, n.nspowner, n.nspacl
          from pg_namespace n
          where n.nspname in ('public', 'chatbot', 'billing')
        ),
        relations as (
          select c.oid, c.oid::regclass as name, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity
          from pg_class c
          join schemas s on s.oid = c.relnamespace
          where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c')
        ),
        lines as (
          select format('schema %s of %s: %s', s.nspname, s.nspowner::regrole, s.nspacl) as line
          from schemas s
          union all
          select format('relation %s (%s) of %s: %s %s %s', r.name, r.relkind, r.relowner::regrole, r.relacl, r.relrowsecurity,
            r.relforcerowsecurity)
          from relations r
          union all
          select format('view %s: %s', r.name, pg_get_viewdef(r.oid))
          from relations r
          where r.relkind = 'v'
          union all
          select format('comment on %s: %s', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description)
          from relations r
          join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = r.oid
          union all
          select format('column %s %s. %s %s %s %s %s %s', r.name, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attidentity, pg_get_expr(d.adbin, d.adrelid), a.attacl)
          from relations r
          join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          union all
          select format('constraint %s %s: %s', r.name, c.conname, pg_get_constraintdef(c.oid))
          from relations r
          join pg_constraint c on c.conrelid = r.oid
          union all
          select format('index %s', pg_get_indexdef(i.indexrelid))
          from relations r
          join pg_index i on i.indrelid = r.oid
          union all
          select format('trigger %s %s', pg_get_triggerdef(t.oid), t.tgenabled)
          from relations r
          join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
          union all
          select format('policy %s.%s %s %s %s %s %s %s', p.schemaname, p.tablename, p.policyname, p.permissive, p.roles, p.cmd, p.qual,
            p.with_check)
          from pg_policies p
          join schemas s on s.nspname = p.schemaname
          union all
          select format('function of %s: %s %s', p.proowner::regrole, pg_get_functiondef(p.oid), p.proacl)
          from pg_proc p
          join schemas s on s.oid = p.pronamespace
          union all
          select format('plan %s', to_jsonb(p) - 'created_at' - 'updated_at')
          from billing.plans p
          union all
          select format('price %s', to_jsonb(p) - 'id' - 'created_at')
          from billing.model_prices p
        )
        select l.line
        from lines l
        order by l.line
        """;

    public const string Migrations = """
        select format('%s %s: %s', m.version, m.name, array_to_string(m.statements, ';'))
        from supabase_migrations.schema_migrations m
        order by m.version
        """;
}
