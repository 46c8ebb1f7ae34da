using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

/// <summary>The highest price and the finest, and sums that no decimal holds.</summary>
public sealed class ExtremePriceTests(TestStack stack)
{
    private const decimal Highest = 1_000_000m;
    private const decimal Finest = 0.000000000001m;

    [Fact]
    public async Task What_costs_as_much_or_as_little_as_can_be_is_charged_to_the_last_digit_and_reported()
    {
        await using var database = await OwnDatabase.Create(stack);
        var user = await database.NewUser(new AccessToken(Guid.NewGuid()) { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } });
        await database.Execute("update billing.plans set token_cap = null, cost_cap = null");
        var price = new JsonObject { ["model"] = "gpt-4o", ["input"] = Highest, ["cachedInput"] = 0, ["output"] = Finest, ["reasoning"] = Finest };
        (await user.Post("/api/billing/prices", price)).Is(HttpStatusCode.Created);

        await user.Send(await user.NewChat(), "Go. [[tokens=7]]");
        await Settle(database, user);

        var usage = (await user.Get("/api/usage/events")).Is(HttpStatusCode.OK).Json["items"]![0]!;
        Assert.Equal(((int)usage["inputTokens"]! * Highest / 1_000_000m) + ((int)usage["outputTokens"]! * Finest / 1_000_000m), (decimal)usage["cost"]!);
        await AllIsReported(user);
    }

    [Theory]
    [InlineData("98765432109876543210.123456789012345678")]
    [InlineData("0.0000000000000000000000000000000000000001")]
    public async Task No_row_keeps_the_others_from_being_reported(string cost)
    {
        await using var database = await OwnDatabase.Create(stack);
        var user = await database.NewUser(new AccessToken(Guid.NewGuid()) { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } });
        await user.Send(await user.NewChat(), "Go. [[tokens=7]]");
        await Settle(database, user);
        await database.Execute("update billing.usage_periods set cost = cost + $1::text::numeric", cost);
        await database.Execute("update billing.usage_daily set cost = cost + $1::text::numeric", cost);

        await AllIsReported(user);
    }

    private static async Task AllIsReported(TestUser user)
    {
        var month = TimeProvider.System.GetUtcNow().ToString("yyyy-MM", CultureInfo.InvariantCulture);
        foreach (var path in (string[])
            [
                "/api/usage", "/api/usage/daily", "/api/usage/events", "/api/models", "/api/billing/prices", "/api/billing/plans",
                $"/api/billing/users/{user.Id}/usage", $"/api/billing/periods/{month}", $"/api/billing/periods/{month}?format=csv",
                $"/api/billing/periods/{month}?format=csv&by=day",
            ])
        {
            (await user.Get(path)).Is(HttpStatusCode.OK);
        }
    }

    /// <summary>Nobody triggers the queue functions of this instance.</summary>
    private static async Task Settle(OwnDatabase database, TestUser user)
    {
        var id = await database.Scalar<Guid>("select id from chatbot.completions where user_id = $1", user.Id);
        await database.Program.Settle(id);
    }
}
