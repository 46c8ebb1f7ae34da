using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

/// <summary>What is not named in the change of a plan.</summary>
public sealed class PlanChangeTests(TestStack stack)
{
    private static readonly string[] s_caps = ["tokenCap", "costCap", "ownKeyTokenCap", "dailyTokenCap", "dailyCostCap"];

    [Fact]
    public async Task A_plan_is_put_with_each_of_its_limits_named()
    {
        var (finance, id) = (stack.Finance(), await NewPlan());
        var before = await Plan(finance, id);

        foreach (var cap in (string[])[.. s_caps, "modelsAllowed"])
        {
            var body = PlanBody.Of("Team");
            body.Remove(cap);
            var problem = (await finance.Put($"/api/billing/plans/{id}", body)).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

            Assert.Equal([cap], problem["errors"]!.AsObject().Select(error => error.Key));
            Assert.Contains("null", (string?)problem["errors"]![cap]![0], StringComparison.Ordinal);
        }

        Assert.Equal(before, await Plan(finance, id));
        (await finance.Put($"/api/billing/plans/{id}", JsonNode.Parse(before))).Is(HttpStatusCode.OK);
        Assert.Equal(before, await Plan(finance, id));
    }

    [Fact]
    public async Task A_patch_of_a_plan_changes_what_it_names_and_nothing_else()
    {
        var (finance, id) = (stack.Finance(), await NewPlan(("tokenCap", 1_000), ("costCap", 2.5), ("modelsAllowed", new JsonArray("gpt-4o")), ("maxOutputTokens", 77)));
        var expected = JsonNode.Parse(await Plan(finance, id))!;

        Assert.Equal(expected.ToJsonString(), (await finance.Patch($"/api/billing/plans/{id}", new JsonObject())).Is(HttpStatusCode.OK).Body);
        foreach (var (name, value) in ((string, JsonNode?)[])
            [("costCap", 3.25), ("tokenCap", null), ("modelsAllowed", new JsonArray("gpt-4o-mini", "gpt-4o")), ("name", "Bigger"), ("stopsAtCap", true), ("requestsPerMinute", 5), ("modelsAllowed", null)])
        {
            expected[name] = value?.DeepClone();
            Assert.Equal(
                expected.ToJsonString(),
                (await finance.Patch($"/api/billing/plans/{id}", new JsonObject { [name] = value })).Is(HttpStatusCode.OK).Body);
        }

        Assert.Equal(expected.ToJsonString(), await Plan(finance, id));
    }

    [Theory]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"tokenCap":-1}""", "tokenCap")]
    [InlineData("""{"modelsAllowed":[""]}""", "modelsAllowed")]
    [InlineData("""{"id":"another"}""", "id")]
    [InlineData("""{"requestsPerMinute":0}""", "requestsPerMinute")]
    public async Task A_patch_to_what_cannot_be_is_refused_with_the_field(string body, string field)
    {
        var id = await NewPlan();

        var problem = (await stack.Finance().Patch($"/api/billing/plans/{id}", JsonNode.Parse(body))).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Theory]
    [InlineData("""{"tokenCapp":1}""")]
    [InlineData("""{"isReviewDue":true}""")]
    [InlineData("""{"tokenCap":1,"tokenCap":2}""")]
    [InlineData("""{"isDefault":null}""")]
    [InlineData("[]")]
    public async Task What_would_be_ignored_is_refused(string body)
    {
        var (finance, id) = (stack.Finance(), await NewPlan());

        (await finance.SendRaw(HttpMethod.Patch, $"/api/billing/plans/{id}", body, [])).IsProblem(HttpStatusCode.BadRequest, "invalid_json");
        (await finance.SendRaw(HttpMethod.Put, $"/api/billing/plans/{id}", body, [])).IsProblem(HttpStatusCode.BadRequest, "invalid_json");
    }

    [Fact]
    public async Task A_plan_that_does_not_exist_is_not_patched() =>
        (await stack.Finance().Patch("/api/billing/plans/nowhere", new JsonObject { ["name"] = "A" })).IsProblem(HttpStatusCode.NotFound, "not_found");

    [Fact]
    public async Task Another_plan_takes_the_place_of_the_default_one_which_is_not_just_given_up()
    {
        await using var database = await OwnDatabase.Create(stack);
        var finance = database.Finance();
        (await finance.Put("/api/billing/plans/next", PlanBody.Of("Next", ("isDefault", false)))).Is(HttpStatusCode.OK);

        foreach (var refused in (ApiResponse[])
            [
                await finance.Put("/api/billing/plans/free", PlanBody.Of("Free", ("isDefault", false))),
                await finance.Patch("/api/billing/plans/free", new JsonObject { ["isDefault"] = false, ["name"] = "No more" }),
            ])
        {
            Assert.Contains("another plan", (string?)refused.IsProblem(HttpStatusCode.Conflict, "conflict")["detail"], StringComparison.Ordinal);
        }

        Assert.Equal(["free true", "next false"], await Plans(finance));
        (await finance.Patch("/api/billing/plans/next", new JsonObject { ["isDefault"] = true })).Is(HttpStatusCode.OK);
        (await finance.Patch("/api/billing/plans/free", new JsonObject { ["isDefault"] = false })).Is(HttpStatusCode.OK);
        (await finance.Put("/api/billing/plans/next", PlanBody.Of("Next"))).Is(HttpStatusCode.OK);
        Assert.Equal(["free false", "next true"], await Plans(finance));
    }

    [Fact]
    public async Task A_users_plan_is_put_with_its_caps_and_the_block_named()
    {
        var (finance, user) = (stack.Finance(), await stack.NewUser());
        var path = $"/api/billing/users/{user.Id}/plan";
        (await finance.Put(path, PlanBody.OfUser("free", ("blockedReason", "An invoice is overdue.")))).Is(HttpStatusCode.OK);

        foreach (var member in (string[])[.. s_caps, "blockedReason"])
        {
            var body = PlanBody.OfUser("free");
            body.Remove(member);
            var problem = (await finance.Put(path, body)).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

            Assert.Equal([member], problem["errors"]!.AsObject().Select(error => error.Key));
        }

        Assert.Equal("An invoice is overdue.", (await finance.Get(path)).Is(HttpStatusCode.OK)["blockedReason"]);
    }

    [Fact]
    public async Task A_patch_of_a_users_plan_changes_what_it_names_and_nothing_else()
    {
        var (finance, user, plan) = (stack.Finance(), await stack.NewUser(), await NewPlan());
        var path = $"/api/billing/users/{user.Id}/plan";

        (await finance.Patch(path, new JsonObject())).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await finance.Patch(path, new JsonObject { ["tokenCap"] = 5_000 })).Is(HttpStatusCode.OK);
        var expected = (await finance.Get(path)).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("free", 5_000, null), ((string?)expected["planId"], (int)expected["tokenCap"]!, (string?)expected["blockedReason"]));
        foreach (var (name, value) in ((string, JsonNode?)[])
            [("blockedReason", "Abuse."), ("dailyCostCap", 0.5), ("planId", plan), ("periodAnchorDay", 15), ("tokenCap", null), ("blockedReason", null)])
        {
            expected[name] = value?.DeepClone();
            Assert.Equal(expected.ToJsonString(), (await finance.Patch(path, new JsonObject { [name] = value })).Is(HttpStatusCode.OK).Body);
        }

        Assert.Equal(expected.ToJsonString(), (await finance.Patch(path, new JsonObject())).Is(HttpStatusCode.OK).Body);
        (await finance.Patch(path, new JsonObject { ["planId"] = null })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await finance.Patch(path, new JsonObject { ["planId"] = "nowhere" })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal(expected.ToJsonString(), (await finance.Get(path)).Body);
    }

    [Fact]
    public async Task Nobody_is_put_on_a_plan_who_does_not_exist()
    {
        var path = $"/api/billing/users/{Guid.NewGuid()}/plan";

        (await stack.Finance().Put(path, PlanBody.OfUser("free"))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await stack.Finance().Patch(path, new JsonObject { ["tokenCap"] = 1 })).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task The_limits_of_the_deployment_are_put_with_each_of_them_named()
    {
        foreach (var name in (string[])["tokenCap", "costCap", "requestsPerMinute", "concurrentStreams"])
        {
            var body = PlanBody.OfDeployment();
            body.Remove(name);
            var problem = (await stack.Finance().Put("/api/billing/deployment", body)).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

            Assert.Equal([name], problem["errors"]!.AsObject().Select(error => error.Key));
        }
    }

    private async Task<string> NewPlan(params (string Name, JsonNode? Value)[] members)
    {
        var id = $"p{Guid.NewGuid():N}";
        (await stack.Finance().Put($"/api/billing/plans/{id}", PlanBody.Of("Team", members))).Is(HttpStatusCode.OK);
        return id;
    }

    private static async Task<string> Plan(TestUser finance, string id) => (await finance.Get($"/api/billing/plans/{id}")).Is(HttpStatusCode.OK).Body;

    private static async Task<IEnumerable<string>> Plans(TestUser finance) =>
        (await finance.Get("/api/billing/plans")).Is(HttpStatusCode.OK).Json["items"]!.AsArray().Select(plan => $"{plan!["id"]} {plan["isDefault"]}");
}
