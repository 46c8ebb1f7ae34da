namespace ChatBot.Functions.Queues;

public static class DeadLetterSql
{
    public const string NoteFailure = """
        insert into chatbot.failed_deliveries as f (queue, body_hash, attempts, last_error)
        values ($1, $2, 1, $3)
        on conflict (queue, body_hash) do update
        set attempts = f.attempts + 1,
            last_error = excluded.last_error,
            failed_at = now()
        """;

    public const string ForgetFailure = """
        delete from chatbot.failed_deliveries f
        where f.queue = $1 and f.body_hash = $2
        """;

    /// <summary>With how often and why it failed. What is not known to have become anything in a month has been lost on its way.</summary>
    public const string Keep = """
        with failed as (
          delete from chatbot.failed_deliveries f
          where f.queue = $4 and f.body_hash = $5
          returning f.attempts, f.last_error
        ),
        lost as (
          delete from chatbot.failed_deliveries f
          where f.failed_at < now() - interval '30 days' and not (f.queue = $4 and f.body_hash = $5)
        )
        insert into chatbot.dead_letters (queue, message_id, body, attempts, last_error)
        select $1, $2, $3, f.attempts, f.last_error
        from (values (1)) always (one)
        left join failed f on true
        on conflict (queue, message_id) do nothing
        """;
}
