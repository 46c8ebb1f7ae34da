namespace ChatBot.Functions.Account;

public static class AccountSql
{
    public const string EraseTexts = "select chatbot.erase_texts($1)";

    public const string EraseAccount = "select chatbot.erase_account()";
}
