namespace ChatBot.Functions.Chats;

/// <summary>Row level security confines each statement to the caller's own chats.</summary>
public static class ChatSql
{
    /// <summary>The conflict names no index: of two at once, the second may meet the first in any unique one.</summary>
    public const string Create = """
        with created as (
          insert into public.chats (id, title, title_source, model, system_prompt)
          values ($1, coalesce($2, 'New chat'), case when $2::text is null then 'default' else 'user' end, $3, $4)
          on conflict do nothing
          returning id, title, status, model, system_prompt, created_at, updated_at
        )
        select true as is_new, $2 is not null, c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        from created c
        union all
        select false, c.title_source = 'user', c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        from public.chats c
        where c.id = $1
        """;

    /// <summary>
    /// A page is chosen by the lengths of its chats, before any text is read: as many as hold $4 bytes together, but one at least.
    /// <c>found</c> tells how many there are, up to one more than asked for.
    /// </summary>
    private const string SelectPage = """
        placed as (
          select f.id, row_number() over w as place, sum(f.bytes) over w as bytes, count(*) over () as found
          from found f
          window w as (order by f.updated_at desc, f.id desc)
        )
        select c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at, p.found
        from placed p
        join public.chats c on c.id = p.id
        where p.place <= $1 and (p.bytes <= $4 or p.place = 1)
        order by p.place
        """;

    public const string List = $"""
        with found as (
          select c.id, c.updated_at, octet_length(c.title) + coalesce(octet_length(c.system_prompt), 0) as bytes
          from public.chats c
          where c.user_id = (select auth.uid()) and ($2::timestamptz is null or (c.updated_at, c.id) < ($2, $3))
          order by c.updated_at desc, c.id desc
          limit $1 + 1
        ),
        {SelectPage}
        """;

    public const string ListByStatus = $"""
        with found as (
          select c.id, c.updated_at, octet_length(c.title) + coalesce(octet_length(c.system_prompt), 0) as bytes
          from public.chats c
          where c.user_id = (select auth.uid()) and c.status = $5 and ($2::timestamptz is null or (c.updated_at, c.id) < ($2, $3))
          order by c.updated_at desc, c.id desc
          limit $1 + 1
        ),
        {SelectPage}
        """;

    public const string Get = """
        select c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        from public.chats c
        where c.id = $1
        """;

    public const string Update = """
        update public.chats c
        set title = coalesce($2, c.title),
            title_source = case when $2::text is null then c.title_source else 'user' end,
            status = coalesce($3, c.status),
            model = case when $4::text is null then c.model else nullif($4, '') end,
            system_prompt = case when $5::text is null then c.system_prompt else nullif($5, '') end
        where c.id = $1 and ($6::timestamptz is null or c.updated_at = $6)
        returning c.id, c.title, c.status, c.model, c.system_prompt, c.created_at, c.updated_at
        """;

    public const string Delete = """
        delete from public.chats c
        where c.id = $1 and ($2::timestamptz is null or c.updated_at = $2)
        """;
}
