namespace ChatBot.Functions.Messages;

/// <summary>
/// Row level security confines each statement to the caller's own messages. An answer whose text is not stored yet is
/// read from its draft.
/// </summary>
public static class MessageSql
{
    private const string Columns = """
        m.id, m.chat_id, m.seq, m.client_id, m.role, coalesce(d.content, m.content), coalesce(d.status, m.status), m.model,
          coalesce(d.finish_reason, m.finish_reason), coalesce(d.receipt, m.receipt)::text, f.value, f.comment, m.created_at, m.updated_at
        """;

    private const string Joins = """
        left join public.message_feedback f on f.message_id = m.id
        left join lateral chatbot.read_draft(m.id) d on m.status = 'streaming'
        """;

    private const string Select = $"""
        select {Columns}
        from public.messages m
        {Joins}
        """;

    /// <summary>
    /// A page is chosen by the lengths of its messages, before any text is read: as many as hold $4 bytes together, but one at least.
    /// <c>found</c> tells how many there are, up to one more than asked for.
    /// </summary>
    private const string SelectPage = $"""
        select {Columns}, p.found
        from placed p
        join public.messages m on m.id = p.id
        {Joins}
        where p.place <= $3 and (p.bytes <= $4 or p.place = 1)
        order by p.place
        """;

    public const string Before = $"""
        with found as (
          select m.id, m.seq, octet_length(m.content) as bytes
          from public.messages m
          where m.chat_id = $1 and m.user_id = (select auth.uid()) and m.superseded_by is null and m.seq < $2
          order by m.seq desc
          limit $3 + 1
        ),
        placed as (
          select f.id, row_number() over w as place, sum(f.bytes) over w as bytes, count(*) over () as found
          from found f
          window w as (order by f.seq desc)
        )
        {SelectPage}
        """;

    public const string After = $"""
        with found as (
          select m.id, m.seq, octet_length(m.content) as bytes
          from public.messages m
          where m.chat_id = $1 and m.user_id = (select auth.uid()) and m.superseded_by is null and m.seq > $2
          order by m.seq
          limit $3 + 1
        ),
        placed as (
          select f.id, row_number() over w as place, sum(f.bytes) over w as bytes, count(*) over () as found
          from found f
          window w as (order by f.seq)
        )
        {SelectPage}
        """;

    public const string Get = Select + """

        where m.chat_id = $1 and m.id = $2
        """;

    public const string ChatExists = """
        select 1
        from public.chats c
        where c.id = $1
        """;

    /// <summary>
    /// Nothing is inserted where the chat is not the caller's. A new message is a change of its chat, which lists then show first.
    /// The conflict names no index: of two at once, the second may meet the first in any unique one.
    /// </summary>
    public const string Create = """
        with created as (
          insert into public.messages (id, chat_id, role, content, client_id)
          select $2, c.id, 'user', $3, $4
          from public.chats c
          where c.id = $1
          on conflict do nothing
          returning chat_id
        )
        update public.chats c
        set status = c.status
        from created m
        where c.id = m.chat_id
        """;

    public const string Update = """
        update public.messages m
        set content = $3
        where m.chat_id = $1 and m.id = $2 and ($4::timestamptz is null or m.updated_at = $4)
        """;

    /// <summary>The chat's row first, as the admission has it: the count of its messages is kept there.</summary>
    public const string Delete = """
        with chat as (
          select c.id
          from public.chats c
          where c.id = $1
          for no key update
        )
        delete from public.messages m
        where m.chat_id = (select c.id from chat c) and m.id = $2 and ($3::timestamptz is null or m.updated_at = $3)
        """;
}
