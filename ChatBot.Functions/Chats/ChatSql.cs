namespace ChatBot.Functions.Chats;

/// <summary>Row level security confines each statement to the caller's own chats.</summary>
public static class ChatSql
{
    /// <summary>The conflict names no index: of two at once, the second may meet the first in any unique one.</summary>
    public const string Create = """
        with created as (
          insert into public.chats (id, title, model, system_prompt)
          values ($1, coalesce($2, 'New chat'), $3, $4)
          on conflict do nothing
          returning id, title, status, model, system_prompt, created_at, updated_at
        )
        select true as is_new, c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        from created c
        union all
        select false, c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        from public.chats c
        where c.id = $1
        """;

    public const string List = """
        select c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        from public.chats c
        where c.user_id = (select auth.uid()) and ($2::timestamptz is null or (c.updated_at, c.id) < ($2, $3))
        order by c.updated_at desc, c.id desc
        limit $1 + 1
        """;

    public const string ListByStatus = """
        select c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        from public.chats c
        where c.user_id = (select auth.uid()) and c.status = $4 and ($2::timestamptz is null or (c.updated_at, c.id) < ($2, $3))
        order by c.updated_at desc, c.id desc
        limit $1 + 1
        """;

    public const string Get = """
        select c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        from public.chats c
        where c.id = $1
        """;

    public const string Update = """
        update public.chats c
        set title = coalesce($2, c.title),
            status = coalesce($3, c.status),
            model = case when $4::text is null then c.model else nullif($4, '') end,
            system_prompt = case when $5::text is null then c.system_prompt else nullif($5, '') end
        where c.id = $1 and ($6::timestamptz is null or c.updated_at = $6)
        returning c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        """;

    public const string Delete = """
        delete from public.chats c
        where c.id = $1
        """;
}
