using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Problems;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Identity;

public sealed class AccessTokenTests(TestStack stack)
{
    private const string Route = "/api/chats";

    public static TheoryData<string> Bad => [.. BadTokens.All.Keys];

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_token_that_is_not_to_be_trusted_is_refused_like_no_token(string what)
    {
        var refused = await Get(BadTokens.All[what](stack));
        var nobody = await Get("");

        var problem = refused.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.Equal("Bearer", refused.Headers["WWW-Authenticate"]);
        Assert.Equal(ProblemText.Comparable(nobody.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated")), ProblemText.Comparable(problem));
    }

    [Theory]
    [InlineData("Basic YWRhOmFkYQ==")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer a, Bearer b")]
    [InlineData("bearer\tx")]
    public async Task A_header_of_another_form_is_refused_like_no_token(string header)
    {
        var refused = await Get("", ("Authorization", header));

        var problem = refused.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.Equal("Bearer", refused.Headers["WWW-Authenticate"]);
        Assert.Equal(ProblemText.Comparable((await Get("")).Json), ProblemText.Comparable(problem));
    }

    [Fact]
    public async Task A_token_without_a_scheme_is_refused()
    {
        var token = stack.Local.Tokens.Mint(new AccessToken(Guid.NewGuid()));

        (await Get("", ("Authorization", token))).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_token_of_the_projects_signing_key_is_accepted() =>
        (await Get(stack.Local.Tokens.Mint(new AccessToken(await stack.NewAccount())))).Is(HttpStatusCode.OK);

    [Fact]
    public async Task A_token_of_the_legacy_secret_is_accepted() =>
        (await Get(stack.Local.Tokens.MintLegacy(new AccessToken(await stack.NewAccount())))).Is(HttpStatusCode.OK);

    [Fact]
    public async Task A_legacy_token_is_refused_where_no_secret_is_configured()
    {
        await using var program = await stack.StartWithoutTriggers(("Supabase__JwtSecret", ""));
        var token = new AccessToken(await stack.NewAccount());

        (await new TestUser(token.Subject, stack.Local.Tokens.MintLegacy(token), program.Address).Get(Route)).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        (await new TestUser(token.Subject, stack.Local.Tokens.Mint(token), program.Address).Get(Route)).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task The_scheme_is_read_in_any_case(string scheme)
    {
        var token = stack.Local.Tokens.Mint(new AccessToken(await stack.NewAccount()));

        (await Get("", ("Authorization", $"{scheme} {token}"))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_expired_token_is_accepted_within_the_leeway() =>
        (await Get(stack.Local.Tokens.Mint(new AccessToken(await stack.NewAccount()) { ExpiresIn = TimeSpan.FromSeconds(-15) }))).Is(HttpStatusCode.OK);

    [Fact]
    public async Task Several_audiences_are_fine_where_ours_is_among_them() =>
        (await Get(stack.Local.Tokens.Mint(new AccessToken(await stack.NewAccount()) { Overrides = new() { ["aud"] = new JsonArray("other", "authenticated") } }))).Is(HttpStatusCode.OK);

    [Fact]
    public async Task A_bad_token_costs_no_database_connection()
    {
        await using var program = await stack.StartWithoutTriggers(("Database__ConnectionString", "Host=127.0.0.1;Port=1;Username=nobody"));
        var good = stack.Local.Tokens.Mint(new AccessToken(Guid.NewGuid()));

        (await new TestUser(Guid.Empty, good, program.Address).Get(Route)).IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        (await new TestUser(Guid.Empty, "garbage", program.Address).Get(Route)).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        (await new TestUser(Guid.Empty, "", program.Address).Get(Route)).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    private Task<ApiResponse> Get(string token, params (string Name, string Value)[] headers) =>
        new TestUser(Guid.Empty, token, stack.Program.Address).Get(Route, headers);
}
