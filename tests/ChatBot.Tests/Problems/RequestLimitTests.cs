using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Functions.RateLimiting;
using ChatBot.Functions.Settings;
using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Problems;

/// <summary>What one user, or one address, may ask of an instance.</summary>
public sealed class RequestLimitTests(TestStack stack)
{
    private static readonly (string, string)[] s_limits =
        [("Limits__ReadsPerMinute", "3"), ("Limits__WritesPerMinute", "2"), ("Limits__KeyChecksPerMinute", "1"), ("Limits__AddressRequestsPerMinute", "4")];

    [Fact]
    public async Task Reads_writes_and_checks_of_a_key_are_limited_each_for_itself_and_each_user_for_themselves()
    {
        await using var program = await stack.StartWithoutTriggers(s_limits);
        var user = await stack.NewUser(program);
        var key = new JsonObject { ["key"] = "sk-0123456789abcdef0123" };

        await IsLimited(user, 3, "There may be 3 reads of one user a minute.", u => u.Get("/api/chats"));
        await IsLimited(user, 2, "There may be 2 changes of one user a minute.", u => u.Post("/api/chats", new JsonObject { ["title"] = "A" }));
        await IsLimited(user, 1, "There may be 1 checks of a key a minute.", u => u.Put("/api/preferences/openai-key", key));
        (await user.Post("/api/usage/estimate", new JsonObject { ["message"] = new JsonObject { ["content"] = "x" } }))
            .IsProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        await stack.WaitUntil("select exists (select from billing.refusals where user_id = $1 and kind = 'rate' and count >= 4)", user.Id);

        var another = await stack.NewUser(program);
        (await another.Get("/api/chats")).Is(HttpStatusCode.OK);
        var chat = (await another.Post("/api/chats", new JsonObject { ["title"] = "A" })).Is(HttpStatusCode.Created)["id"];
        for (var n = 0; n < 3; n++)
        {
            // A send is none of them.
            (await another.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[tokens=1]]"))).Is(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Who_was_refused_is_let_in_after_the_time_that_they_were_told()
    {
        // One a second, in full.
        await using var program = await stack.StartWithoutTriggers(("Limits__ReadsPerMinute", "60"));
        var user = await stack.NewUser(program);
        ApiResponse answer;
        do
        {
            answer = await user.Get("/api/preferences");
        }
        while (answer.Status == HttpStatusCode.OK);

        var wait = int.Parse(answer.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(wait, 1, 2);
        await Task.Delay(TimeSpan.FromSeconds(wait) + TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken);

        (await user.Get("/api/preferences")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Requests_at_once_are_limited_streams_included_and_nobody_else_notices()
    {
        await using var program = await stack.StartWithoutTriggers(("Limits__ConcurrentRequests", "2"));
        var (user, another) = (await stack.NewUser(program), await stack.NewUser(program));
        var (first, second) = (await user.NewChat(), await user.NewChat());
        using var leaving = new CancellationTokenSource();
        foreach (var chat in (string[])[first, second])
        {
            // Returns when the stream has begun, which goes on.
            await user.Open(
                HttpMethod.Post, $"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[tokens=2000 delay=20ms]]").ToJsonString(), [],
                HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        }

        var refused = await user.Get("/api/chats");

        refused.IsProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal("1", refused.Headers["Retry-After"]);
        Assert.Equal("\"rate_limited\";q=2", refused.Headers["RateLimit-Policy"]);
        Assert.Contains("2 requests of one user at once", (string?)refused.Json["detail"], StringComparison.Ordinal);
        (await another.Get("/api/chats")).Is(HttpStatusCode.OK);
        foreach (var chat in (string[])[first, second])
        {
            (await user.At(stack.Program.Address).Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        }

        await stack.WaitUntil(async () => (await user.Get("/api/chats")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_is_limited_before_anybody_is_known()
    {
        await using var program = await stack.StartWithoutTriggers(s_limits);
        var nobody = new TestUser(Guid.Empty, "garbage", program.Address);

        for (var n = 0; n < 4; n++)
        {
            (await nobody.Get("/api/chats", ("X-Forwarded-For", $"198.51.100.{n}, 203.0.113.7:{5000 + n}, 10.0.0.8"))).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        }

        var refused = await nobody.Get("/api/chats", ("X-Forwarded-For", "203.0.113.7"));

        refused.IsProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal("\"rate_limited\";q=4;w=60", refused.Headers["RateLimit-Policy"]);
        (await nobody.Get("/api/health", ("X-Forwarded-For", "203.0.113.7"))).Is(HttpStatusCode.TooManyRequests);
        (await nobody.Get("/api/chats", ("X-Forwarded-For", "203.0.113.8"))).Is(HttpStatusCode.Unauthorized);
        (await nobody.Get("/api/health")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_a_client_says_of_its_address_is_not_believed_but_of_trusted_proxies()
    {
        await using var program = await stack.StartWithoutTriggers([.. s_limits, ("Limits__TrustedProxies__0", "127.0.0.1"), ("Limits__TrustedProxies__1", "203.0.113.0/24")]);
        var nobody = new TestUser(Guid.Empty, "", program.Address);

        // 10.0.0.8 is no proxy here, and so the client.
        for (var n = 0; n < 4; n++)
        {
            (await nobody.Get("/api/health", ("X-Forwarded-For", $"198.51.100.{n}, 10.0.0.8, 203.0.113.9"))).Is(HttpStatusCode.OK);
        }

        (await nobody.Get("/api/health", ("X-Forwarded-For", "198.51.100.200, 10.0.0.8"))).Is(HttpStatusCode.TooManyRequests);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    public async Task The_addresses_of_one_network_of_IPv6_are_one(string first, string second, bool areOne)
    {
        await using var limiters = new RequestLimiters(new LimitSettings(1, 1, 1, 1, 1, 1, []));

        using var permit = limiters.Acquire(IPAddress.Parse(first));
        using var next = limiters.Acquire(IPAddress.Parse(second));

        Assert.True(permit.IsAcquired);
        Assert.Equal(!areOne, next.IsAcquired);
    }

    [Fact]
    public async Task The_service_is_not_limited()
    {
        await using var program = await stack.StartWithoutTriggers(s_limits);
        var token = stack.Local.Tokens.Mint(new AccessToken(Guid.NewGuid()) { Role = "service_role" });
        var service = new TestUser(Guid.Empty, token, program.Address);

        for (var n = 0; n < 6; n++)
        {
            (await service.Get("/api/billing/plans")).Is(HttpStatusCode.OK);
        }
    }

    private static async Task IsLimited(TestUser user, int limit, string detail, Func<TestUser, Task<ApiResponse>> request)
    {
        for (var n = 0; n < limit; n++)
        {
            var answer = await request(user);
            Assert.True((int)answer.Status < 300, answer.Body);
        }

        var refused = await request(user);

        refused.IsProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.StartsWith(detail, (string?)refused.Json["detail"], StringComparison.Ordinal);
        Assert.Equal($"\"rate_limited\";q={limit};w=60", refused.Headers["RateLimit-Policy"]);
        Assert.Equal($"\"rate_limited\";r=0;t={refused.Headers["Retry-After"]}", refused.Headers["RateLimit"]);
    }
}
