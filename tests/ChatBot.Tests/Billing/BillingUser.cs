using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;

namespace ChatBot.Tests.Billing;

internal static class BillingUser
{
    /// <summary>Somebody who sees to the billing.</summary>
    public static TestUser Finance(this TestStack stack)
    {
        var id = Guid.NewGuid();
        var token = stack.Local.Tokens.Mint(new AccessToken(id) { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } });
        return new TestUser(id, token, stack.Program.Address);
    }
}
