using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Problems;
using ChatBot.Tests.Routes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Identity;

/// <summary>The API keys that a Supabase project shows on its dashboard.</summary>
public sealed class ProjectKeyTests(TestStack stack)
{
    private const string Route = "/api/billing/plans";
    private const string Ref = "abcdefghijklmnopqrst";

    public static TheoryData<string> OfUsers => [.. RouteTable.Endpoints
        .Where(e => !RouteTable.IsForAnyone(e) && e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
        .Select(RouteTable.Describe)
        .Where(route => !route.Contains(" /api/billing/", StringComparison.Ordinal))];

    public static TheoryData<string> OfBilling => [.. RouteTable.Endpoints.Select(RouteTable.Describe)
        .Where(route => route.Contains(" /api/billing/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(OfBilling))]
    public async Task The_service_role_key_is_let_in_to_each_route_of_billing(string route)
    {
        var endpoint = RouteTable.Find(route);

        var response = await With(Key("service_role")).Send(RouteTable.Method(endpoint), RouteTable.Path(endpoint), null, []);

        Assert.False(response.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || (int)response.Status >= 500, response.Body);
    }

    [Theory]
    [MemberData(nameof(OfUsers))]
    public async Task The_service_role_key_is_no_user_and_is_told_so_elsewhere(string route)
    {
        var endpoint = RouteTable.Find(route);

        var problem = await Refused(Key("service_role"), RouteTable.Path(endpoint), RouteTable.Method(endpoint));

        Assert.Contains("service_role key", problem, StringComparison.Ordinal);
        Assert.Contains("/api/billing", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Route)]
    [InlineData("/api/chats")]
    public async Task The_anon_key_is_refused_saying_why(string path) =>
        Assert.Contains("anon key", await Refused(Key("anon"), path), StringComparison.Ordinal);

    [Theory]
    [InlineData("sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH")]
    [InlineData("sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz")]
    public async Task An_api_key_of_the_new_kind_is_refused_saying_why(string key)
    {
        Assert.Contains("API key", await Refused(key, Route), StringComparison.Ordinal);
        Assert.Contains("API key", await Refused(key, "/api/chats"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_of_a_hosted_project_has_to_name_that_project()
    {
        await using var program = await stack.StartWithoutTriggers(("Supabase__Url", $"https://{Ref}.supabase.co"));

        (await With(Key("service_role", Ref), program).Get(Route)).Is(HttpStatusCode.OK);
        Assert.Contains("ref", await Refused(Key("service_role", "tsrqponmlkjihgfedcba"), Route, program: program), StringComparison.Ordinal);
        Assert.Contains("ref", await Refused(Key("service_role", null), Route, program: program), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_of_a_stack_of_the_supabase_cli_is_let_in() =>
        (await With(stack.Local.Tokens.MintLegacy(Claims("service_role", null, "supabase-demo"))).Get(Route)).Is(HttpStatusCode.OK);

    [Theory]
    [InlineData("another secret of at least thirty-two bytes")]
    [InlineData("")]
    public async Task A_key_of_another_secret_is_refused_like_no_token(string secret)
    {
        var forged = stack.Local.Tokens.MintLegacy(Claims("service_role", Ref, "supabase"), secret);

        Assert.Equal(ProblemText.Comparable((await With("").Get(Route)).Json), ProblemText.Comparable((await With(forged).Get(Route)).Json));
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "role", "\"authenticated\"" },
        { "role", "\"postgres\"" },
        { "role", "7" },
        { "iss", "\"somebody\"" },
        { "iss", "null" },
        { "exp", "null" },
        { "exp", "1" },
        { "sub", "\"5f1b1a62-53a3-4e4c-9f2f-0f6f4c1a0000\"" },
        { "aud", "\"authenticated\"" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_is_not_just_such_a_key_is_refused_like_no_token(string claim, string value)
    {
        var claims = Claims("service_role", Ref, "supabase");
        claims.Overrides[claim] = JsonNode.Parse(value);

        var refused = await With(stack.Local.Tokens.MintLegacy(claims)).Get(Route);

        Assert.Equal(ProblemText.Comparable((await With("").Get(Route)).Json), ProblemText.Comparable(refused.Json));
    }

    [Fact]
    public async Task The_projects_signing_key_makes_no_such_key()
    {
        var refused = await With(stack.Local.Tokens.Mint(Claims("service_role", Ref, "supabase"))).Get(Route);

        refused.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Without_the_secret_no_key_can_be_told_from_a_forged_one()
    {
        await using var program = await stack.StartWithoutTriggers(("Supabase__JwtSecret", ""));

        (await With(Key("service_role"), program).Get(Route)).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    private async Task<string> Refused(string key, string path, HttpMethod? method = null, TestProgram? program = null)
    {
        var answer = await With(key, program).Send(method ?? HttpMethod.Get, path, null, []);
        Assert.DoesNotContain(key, answer.Body, StringComparison.Ordinal);
        return (string)answer.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated")["detail"]!;
    }

    private TestUser With(string key, TestProgram? program = null) => new(Guid.Empty, key, (program ?? stack.Program).Address);

    private string Key(string role, string? projectRef = Ref) => stack.Local.Tokens.MintLegacy(Claims(role, projectRef, "supabase"));

    /// <summary>Those five and no others, as Supabase makes them, for ten years.</summary>
    private static AccessToken Claims(string role, string? projectRef, string issuer)
    {
        var claims = new AccessToken(Guid.Empty) { Role = role, Issuer = issuer, Audience = null, ExpiresIn = TimeSpan.FromDays(3650) };
        string[] absent = ["sub", "email", "phone", "app_metadata", "user_metadata", "aal", "amr", "session_id", "is_anonymous"];
        foreach (var claim in absent)
        {
            claims.Overrides[claim] = null;
        }

        claims.Overrides["ref"] = projectRef;
        return claims;
    }
}
