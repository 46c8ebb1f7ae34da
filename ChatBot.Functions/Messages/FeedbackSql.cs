namespace ChatBot.Functions.Messages;

public static class FeedbackSql
{
    public const string Put = """
        insert into public.message_feedback (message_id, value, comment)
        select m.id, $3, $4
        from public.messages m
        where m.chat_id = $1 and m.id = $2 and m.role = 'assistant'
        on conflict (message_id) do update
        set value = excluded.value,
            comment = excluded.comment
        """;

    public const string Withdraw = """
        delete from public.message_feedback f
        using public.messages m
        where m.chat_id = $1 and m.id = $2 and f.message_id = m.id
        """;

    /// <summary>Of all users, newest first.</summary>
    public const string List = """
        select f.message_id, m.model, f.value, f.comment, f.updated_at
        from public.message_feedback f
        join public.messages m on m.id = f.message_id
        where (f.updated_at, f.message_id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        order by f.updated_at desc, f.message_id desc
        limit $3 + 1
        """;
}
