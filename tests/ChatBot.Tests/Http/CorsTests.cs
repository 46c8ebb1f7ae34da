using System.Net;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

public sealed class CorsTests(TestStack stack)
{
    private const string Allowed = "http://localhost:5173";

    [Fact]
    public async Task A_preflight_of_an_allowed_origin_may_use_our_methods_and_headers()
    {
        var answer = await Preflight(Allowed, "PATCH", "authorization,content-type,if-match,idempotency-key,last-event-id");

        Assert.Equal(Allowed, answer.Is(HttpStatusCode.NoContent).Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("PATCH", answer.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
        Assert.Contains("authorization", answer.Headers["Access-Control-Allow-Headers"], StringComparison.Ordinal);
        Assert.Contains("last-event-id", answer.Headers["Access-Control-Allow-Headers"], StringComparison.Ordinal);
        Assert.Equal("3600", answer.Headers["Access-Control-Max-Age"]);
        Assert.DoesNotContain("Access-Control-Allow-Credentials", answer.Headers.Keys);
    }

    // As Chrome, Firefox and Safari ask for what each major of the AI SDK sets, and for what the apps around it do.
    [Theory]
    [InlineData("POST", "authorization,content-type")]
    [InlineData("POST", "authorization,content-type,user-agent")]
    [InlineData("POST", "authorization, content-type, user-agent")]
    [InlineData("POST", "Authorization, Content-Type, User-Agent")]
    [InlineData("GET", "authorization,last-event-id,user-agent")]
    [InlineData("POST", "apikey,authorization,content-type,x-client-info,x-supabase-api-version")]
    [InlineData("DELETE", "authorization,baggage,sentry-trace,traceparent")]
    public async Task A_preflight_may_ask_for_any_header(string method, string headers)
    {
        var answer = await Preflight(Allowed, method, headers);

        Assert.Equal(Allowed, answer.Is(HttpStatusCode.NoContent).Headers["Access-Control-Allow-Origin"]);
        Assert.Equal(Names(headers), Names(answer.Headers["Access-Control-Allow-Headers"]));
        Assert.Contains(method, answer.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example.com")]
    [InlineData("http://localhost:5174")]
    [InlineData("https://localhost:5173")]
    [InlineData("http://localhost:5173.evil.example.com")]
    [InlineData("null")]
    public async Task Another_origin_is_told_nothing(string origin)
    {
        var user = await stack.NewUser();

        var preflight = await Preflight(origin, "GET", "authorization");
        var real = await user.Get("/api/chats", ("Origin", origin));

        Assert.DoesNotContain(preflight.Headers.Keys, IsAllowance);
        Assert.DoesNotContain(real.Headers.Keys, IsAllowance);
    }

    [Fact]
    public async Task A_real_answer_to_an_allowed_origin_shows_the_headers_that_clients_read()
    {
        var user = await stack.NewUser();

        var answer = (await user.Get("/api/chats", ("Origin", Allowed))).Is(HttpStatusCode.OK);

        Assert.Equal(Allowed, answer.Headers["Access-Control-Allow-Origin"]);
        foreach (var exposed in (string[])["etag", "location", "ratelimit", "retry-after", "x-message-id"])
        {
            Assert.Contains(exposed, answer.Headers["Access-Control-Expose-Headers"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refusal_can_be_read_by_an_allowed_origin_too()
    {
        var nobody = new TestUser(Guid.Empty, "", stack.Program.Address);
        var user = await stack.NewUser();

        Assert.Equal(Allowed, (await nobody.Get("/api/chats", ("Origin", Allowed))).Is(HttpStatusCode.Unauthorized).Headers["Access-Control-Allow-Origin"]);
        Assert.Equal(Allowed, (await user.Get("/api/nothing", ("Origin", Allowed))).Is(HttpStatusCode.NotFound).Headers["Access-Control-Allow-Origin"]);
    }

    [Fact]
    public async Task Caches_are_told_that_answers_differ_by_origin()
    {
        var user = await stack.NewUser();

        foreach (var origin in (string[])[Allowed, "https://evil.example.com"])
        {
            Assert.Equal("Origin", (await user.Get("/api/chats", ("Origin", origin))).Headers["Vary"]);
            Assert.Equal("Origin", (await Preflight(origin, "GET", "authorization")).Headers["Vary"]);
        }

        Assert.Equal("Origin", (await user.Get("/api/chats")).Headers["Vary"]);
    }

    [Fact]
    public async Task Several_origins_can_be_allowed_and_none_need_be()
    {
        await using var two = await stack.StartWithoutTriggers(("Cors__AllowedOrigins__0", "https://a.example.com"), ("Cors__AllowedOrigins__1", "https://B.example.com:8443/"));
        var user = await stack.NewUser(two);

        foreach (var origin in (string[])["https://a.example.com", "https://b.example.com:8443"])
        {
            var answer = await user.Get("/api/chats", ("Origin", origin));
            Assert.Equal(origin, answer.Headers["Access-Control-Allow-Origin"]);
            Assert.Equal("Origin", answer.Headers["Vary"]);
        }

        Assert.DoesNotContain((await user.Get("/api/chats", ("Origin", Allowed))).Headers.Keys, IsAllowance);
    }

    private Task<ApiResponse> Preflight(string origin, string method, string headers) =>
        new TestUser(Guid.Empty, "", stack.Program.Address).Send(
            HttpMethod.Options,
            "/api/chats",
            null,
            [("Origin", origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", headers)]);

    private static string[] Names(string headers) => [.. headers.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries).Order()];

    private static bool IsAllowance(string header) => header.StartsWith("Access-Control-Allow-Origin", StringComparison.OrdinalIgnoreCase);
}
