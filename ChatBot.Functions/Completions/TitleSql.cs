namespace ChatBot.Functions.Completions;

public static class TitleSql
{
    public const string Subject = """
        select s.user_id, s.chat_id, s.question, s.answer
        from chatbot.title_subject($1) s
        """;

    public const string Begin = "select chatbot.begin_background_completion($1, $2, $3, 'title', $4, $5, $6, $7, $8, $9)";

    public const string Give = "select chatbot.give_title($1, $2, $3)";
}
