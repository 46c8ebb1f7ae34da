namespace ChatBot.Functions.Operations;

public static class OperationSql
{
    private const string Select =
        "select o.id, o.kind, o.progress::text, o.created_at, o.touched_at, o.finished_at from chatbot.operations o";

    public const string OfOwner = $"{Select} where o.id = $1 and o.owner_hash = chatbot.owner_hash(o.id, $2)";

    public const string Of = $"{Select} where o.id = $1";

    public const string List = $"""
        {Select}
        where o.created_at < coalesce($1::timestamptz, 'infinity')
        order by o.created_at desc
        limit $2 + 1
        """;

    public const string Begin = "select b.id, b.kind, b.created_at from chatbot.begin_operations($1, $2) b";

    public const string NoteProgress = "select chatbot.note_progress($1, $2)";

    public const string Finish = "select chatbot.finish_operation($1)";

    public const string Forget = "delete from chatbot.operations where finished_at < now() - $1::interval";
}
