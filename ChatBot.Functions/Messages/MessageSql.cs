namespace ChatBot.Functions.Messages;

/// <summary>
/// Row level security confines each statement to the caller's own messages. An answer whose text is not stored yet is
/// read from its draft.
/// </summary>
public static class MessageSql
{
    private const string Select = """
        select m.id, m.chat_id, m.seq, m.client_id, m.role, coalesce(d.content, m.content), coalesce(d.status, m.status), m.model,
          coalesce(d.finish_reason, m.finish_reason), m.receipt::text, f.value, m.created_at, m.updated_at
        from public.messages m
        left join public.message_feedback f on f.message_id = m.id
        left join lateral chatbot.read_draft(m.id) d on m.status = 'streaming'
        """;

    public const string Before = Select + """

        where m.chat_id = $1 and m.user_id = (select auth.uid()) and m.superseded_by is null and m.seq < $2
        order by m.seq desc
        limit $3 + 1
        """;

    public const string After = Select + """

        where m.chat_id = $1 and m.user_id = (select auth.uid()) and m.superseded_by is null and m.seq > $2
        order by m.seq
        limit $3 + 1
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
        where m.chat_id = $1 and m.id = $2
        """;

    public const string Delete = """
        delete from public.messages m
        where m.chat_id = $1 and m.id = $2
        """;

    public const string PutFeedback = """
        insert into public.message_feedback (message_id, value, comment)
        select m.id, $3, $4
        from public.messages m
        where m.chat_id = $1 and m.id = $2 and m.role = 'assistant'
        on conflict (message_id) do update
        set value = excluded.value,
            comment = excluded.comment
        """;
}
