using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Npgsql;

namespace ChatBot.Tests.Billing;

internal static class BillingUser
{
    /// <summary>Somebody who sees to the billing.</summary>
    public static TestUser Finance(this TestStack stack) => Of(stack, stack.Database, stack.Program);

    public static TestUser Finance(this OwnDatabase database) => Of(database.Stack, database.Database, database.Program);

    private static TestUser Of(TestStack stack, NpgsqlDataSource database, TestProgram program)
    {
        var id = Guid.NewGuid();
        using var insert = StackExtensions.Command(database, "insert into auth.users (id, email) values ($1, $2)", [id, $"{id:N}@example.com"]);
        insert.ExecuteNonQuery();
        var token = stack.Local.Tokens.Mint(new AccessToken(id) { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } });
        return new TestUser(id, token, program.Address);
    }
}
