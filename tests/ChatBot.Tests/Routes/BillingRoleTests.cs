using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Functions.Identity;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Routes;

public sealed class BillingRoleTests(TestStack stack)
{
    public static TheoryData<string> OfBilling => [.. RouteTable.Endpoints.Where(IsOfBilling).Select(RouteTable.Describe)];

    [Theory]
    [MemberData(nameof(OfBilling))]
    public async Task A_route_for_billing_refuses_users_before_it_looks_at_anything(string route)
    {
        var endpoint = RouteTable.Find(route);
        var user = await stack.NewUser();

        (await user.Send(RouteTable.Method(endpoint), RouteTable.Path(endpoint), null, [])).IsProblem(HttpStatusCode.Forbidden, "forbidden");
        (await user.SendRaw(RouteTable.Method(endpoint), RouteTable.Path(endpoint), "{", [])).IsProblem(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public void All_routes_below_billing_are_for_that_role() =>
        Assert.All(
            RouteTable.Endpoints.Where(e => e.RoutePattern.RawText!.StartsWith("/api/billing/", StringComparison.Ordinal)), e => Assert.True(IsOfBilling(e)));

    [Theory]
    [InlineData("service_role", null)]
    [InlineData("authenticated", "billing")]
    public async Task The_service_and_who_has_the_role_are_let_in(string role, string? chatBotRole)
    {
        var token = stack.Local.Tokens.Mint(new AccessToken(await stack.NewAccount()) { Role = role, AppMetadata = new JsonObject { ["chatbot_role"] = chatBotRole } });

        (await new TestUser(Guid.Empty, token, stack.Program.Address).Get("/api/billing/reconciliations")).Is(HttpStatusCode.OK);
    }

    private static bool IsOfBilling(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<BillingRoleAttribute>() is not null;
}
