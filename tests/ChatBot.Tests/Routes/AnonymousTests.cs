using System.Net;
using ChatBot.Tests.Problems;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Routes;

public sealed class AnonymousTests(TestStack stack)
{
    public static TheoryData<string> Guarded => [.. RouteTable.Endpoints.Where(e => !RouteTable.IsForAnyone(e)).Select(RouteTable.Describe)];

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task A_route_refuses_who_is_not_signed_in_before_it_looks_at_anything(string route)
    {
        var nobody = new TestUser(Guid.Empty, "", stack.Program.Address);
        var endpoint = RouteTable.Find(route);

        var bare = await nobody.Send(RouteTable.Method(endpoint), RouteTable.Path(endpoint), null, []);
        var withGarbage = await nobody.SendRaw(RouteTable.Method(endpoint), RouteTable.Path(endpoint), "{", []);

        Assert.Equal("Bearer", bare.Headers["WWW-Authenticate"]);
        Assert.Equal(
            ProblemText.Comparable(bare.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated")),
            ProblemText.Comparable(withGarbage.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated")));
    }

    [Fact]
    public void Only_health_and_documentation_are_for_anyone()
    {
        string[] expected = ["/api/docs", "/api/health", "/api/health/ready", "/api/openapi.json"];

        Assert.Subset(expected.ToHashSet(), RouteTable.Endpoints.Where(RouteTable.IsForAnyone).Select(e => e.RoutePattern.RawText!).ToHashSet());
    }

    [Theory]
    [InlineData("/api/health", HttpStatusCode.OK)]
    [InlineData("/api/health/ready", HttpStatusCode.OK)]
    public async Task Anyone_may_ask_how_the_program_is(string path, HttpStatusCode status) =>
        (await new TestUser(Guid.Empty, "", stack.Program.Address).Get(path)).Is(status);

    [Theory]
    [InlineData("/api/health")]
    [InlineData("/api/health/ready")]
    public async Task Health_names_the_version_and_the_commit_that_was_built(string path)
    {
        var health = (await new TestUser(Guid.Empty, "", stack.Program.Address).Get(path)).Is(HttpStatusCode.OK);

        Assert.Matches(@"^\d+\.\d+\.\d+$", health["version"]);
        Assert.Matches("^[0-9a-f]{40}$", health["commit"]);
    }

    [Fact]
    public void Every_route_of_the_api_has_a_name_of_its_own_that_a_function_can_have()
    {
        var names = RouteTable.Endpoints.Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).Select(RouteTable.Name).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Matches("^[A-Za-z][A-Za-z0-9]{0,59}$", name ?? ""));
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }
}
