using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

public sealed class PlanTests(TestStack stack)
{
    [Fact]
    public async Task A_plan_is_put_read_and_listed_as_it_is()
    {
        var (finance, id) = (stack.Finance(), $"p{Guid.NewGuid():N}");
        var plan = PlanBody.Of(
            "Team", ("tokenCap", 5_000_000), ("costCap", 49.5), ("dailyTokenCap", 400_000), ("dailyCostCap", 5), ("periodAnchorDay", 15),
            ("requestsPerMinute", 120), ("concurrentStreams", 8), ("maxOutputTokens", 8192), ("modelsAllowed", new JsonArray("gpt-4o-mini")), ("stopsAtCap", true));

        var put = (await finance.Put($"/api/billing/plans/{id}", plan)).Is(HttpStatusCode.OK).Json;
        var read = (await finance.Get($"/api/billing/plans/{id}")).Is(HttpStatusCode.OK).Json;
        var listed = (await finance.Get("/api/billing/plans")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();

        Assert.All(plan, member => Assert.True(JsonNode.DeepEquals(member.Value, read[member.Key]), member.Key));
        Assert.True(JsonNode.DeepEquals(put, read));
        Assert.True(JsonNode.DeepEquals(read, Assert.Single(listed, p => (string?)p!["id"] == id)));
    }

    [Theory]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"A","tokenCap":-1}""", "tokenCap")]
    [InlineData("""{"name":"A","periodAnchorDay":32}""", "periodAnchorDay")]
    [InlineData("""{"name":"A","requestsPerMinute":0}""", "requestsPerMinute")]
    [InlineData("""{"id":"another","name":"A"}""", "id")]
    public async Task A_plan_that_cannot_be_is_refused_with_the_field(string body, string field)
    {
        var problem = (await stack.Finance().Put("/api/billing/plans/impossible", JsonNode.Parse(body))).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.NotNull(problem["errors"]![field]);
        (await stack.Finance().Get("/api/billing/plans/impossible")).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_model_without_a_price_cannot_be_allowed()
    {
        var body = PlanBody.Of("Dear", ("modelsAllowed", new JsonArray("gpt-4o", "gpt-unpriced")));

        var problem = (await stack.Finance().Put("/api/billing/plans/unpriced", body)).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Contains("gpt-unpriced", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain("gpt-4o,", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_is_moved_to_a_plan_with_exceptions_and_sees_it_at_once()
    {
        var (finance, user, id) = (stack.Finance(), await stack.NewUser(), $"p{Guid.NewGuid():N}");
        (await finance.Put($"/api/billing/plans/{id}", PlanBody.Of("Big", ("tokenCap", 700_000)))).Is(HttpStatusCode.OK);
        (await finance.Get($"/api/billing/users/{user.Id}/plan")).IsProblem(HttpStatusCode.NotFound, "not_found");

        var put = (await finance.Put($"/api/billing/users/{user.Id}/plan", PlanBody.OfUser(id, ("dailyTokenCap", 90_000)))).Is(HttpStatusCode.OK);
        var read = (await finance.Get($"/api/billing/users/{user.Id}/plan")).Is(HttpStatusCode.OK);
        var standing = (await user.Get("/api/usage")).Is(HttpStatusCode.OK).Json;
        var seen = (await finance.Get($"/api/billing/users/{user.Id}/usage")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(put.Body, read.Body);
        Assert.Equal((id, 700_000, 90_000), ((string?)standing["plan"], (int)standing["tokens"]!["cap"]!, (int)standing["dailyTokens"]!["cap"]!));
        Assert.True(JsonNode.DeepEquals(standing, seen));
        (await finance.Put($"/api/billing/users/{user.Id}/plan", PlanBody.OfUser("nowhere"))).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_blocked_user_reads_why_until_they_are_let_in_again()
    {
        var (finance, user) = (stack.Finance(), await stack.NewUser());
        var chat = await user.NewChat();
        var path = $"/api/billing/users/{user.Id}/plan";

        (await finance.Put(path, PlanBody.OfUser("free", ("blockedReason", "An invoice is overdue.")))).Is(HttpStatusCode.OK);
        var refusal = (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hi"))).IsProblem(HttpStatusCode.Forbidden, "account_blocked");
        (await finance.Put(path, PlanBody.OfUser("free"))).Is(HttpStatusCode.OK);

        Assert.Equal("An invoice is overdue.", (string?)refusal["detail"]);
        await user.Send(chat, "Hi. [[tokens=2]]");
    }

    [Fact]
    public async Task A_price_is_in_force_from_a_moment_on_and_never_before_now()
    {
        var (finance, model) = (stack.Finance(), $"m-{Guid.NewGuid():N}");
        JsonObject Price(decimal input, string? from) => new()
        {
            ["model"] = model, ["validFrom"] = from, ["input"] = input, ["cachedInput"] = 0.5, ["output"] = 8, ["reasoning"] = 8,
        };

        (await finance.Post("/api/billing/prices", Price(2, "2025-01-01T00:00:00Z"))).Is(HttpStatusCode.Created);
        var next = (await finance.Post("/api/billing/prices", Price(3, null))).Is(HttpStatusCode.Created).Json;
        (await finance.Post("/api/billing/prices", Price(1, "2025-06-01T00:00:00Z"))).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await finance.Post("/api/billing/prices", new JsonObject { ["model"] = model, ["input"] = -1 })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        var euros = Price(4, "2090-01-01T00:00:00Z");
        euros["currency"] = "EUR";
        (await finance.Post("/api/billing/prices", euros)).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        var listed = (await finance.Get("/api/billing/prices")).Is(HttpStatusCode.OK).Json["items"]!.AsArray().Where(p => (string?)p!["model"] == model).ToList();
        Assert.Equal([3, 2], listed.Select(p => (decimal)p!["input"]!));
        Assert.True(JsonNode.DeepEquals(next, listed[0]));
    }

    [Fact]
    public async Task Who_sees_to_the_billing_reads_the_limits_of_the_deployment()
    {
        var limits = (await stack.Finance().Get("/api/billing/deployment")).Is(HttpStatusCode.OK).Json;

        Assert.All(["tokenCap", "costCap", "requestsPerMinute", "concurrentStreams"], name => Assert.Null(limits[name]));
        (await stack.Finance().Put("/api/billing/deployment", PlanBody.OfDeployment(("concurrentStreams", 0)))).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
    }

    // No limits, so that nobody who is tested beside this one is limited.
    [Fact]
    public async Task Who_sees_to_the_billing_sets_the_limits_of_the_deployment() =>
        Assert.Null((await stack.Finance().Put("/api/billing/deployment", PlanBody.OfDeployment())).Is(HttpStatusCode.OK).Json["tokenCap"]);
}
