namespace ChatBot.Functions.Account;

public static class AccountSql
{
    public const string BeginErasure = "select chatbot.begin_erasure()";

    /// <summary>No row: there is no such operation. Null: it is done.</summary>
    public const string AccountOf = """
        select e.user_id
        from chatbot.operations o
        left join chatbot.erasures e on e.operation_id = o.id
        where o.id = $1
        """;

    public const string EraseTexts = "select chatbot.erase_texts($1)";

    public const string EraseUsage = "select chatbot.erase_usage()";

    public const string EraseAccount = "select chatbot.erase_account()";
}
