namespace ChatBot.Functions.Queues;

public static class DeadLetterSql
{
    public const string Keep = """
        insert into chatbot.dead_letters (queue, message_id, body, dequeue_count)
        values ($1, $2, $3, $4)
        on conflict (queue, message_id) do nothing
        """;
}
