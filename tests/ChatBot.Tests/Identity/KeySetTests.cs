using System.Net;
using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Identity;

/// <summary>A whole program with a key set of its own.</summary>
public sealed class KeySetTests(TestStack stack)
{
    [Fact]
    public async Task A_program_that_never_had_the_keys_says_503_and_recovers()
    {
        using var key = SigningKey.Create();
        await using var server = await KeyServer.Start(key);
        server.Auth.Available = false;
        await using var program = await stack.StartWithoutTriggers(("Supabase__Url", server.Url));
        var user = await NewUser(server, key, program);

        var answer = await user.Get("/api/chats");
        answer.IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        var wait = TimeSpan.FromSeconds(int.Parse(answer.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

        server.Auth.Available = true;
        var deadline = TimeProvider.System.GetUtcNow() + wait + TimeSpan.FromSeconds(5);
        while ((await user.Get("/api/chats")).Status != HttpStatusCode.OK)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Not back {wait.TotalSeconds} s after the key set was.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_program_that_has_the_keys_does_without_the_endpoint()
    {
        using var key = SigningKey.Create();
        await using var server = await KeyServer.Start(key);
        await using var program = await stack.StartWithoutTriggers(("Supabase__Url", server.Url));
        var user = await NewUser(server, key, program);
        (await user.Get("/api/chats")).Is(HttpStatusCode.OK);

        server.Auth.Available = false;

        (await user.Get("/api/chats")).Is(HttpStatusCode.OK);
        (await (await NewUser(server, key, program)).Get("/api/chats")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Many_tokens_of_unknown_keys_ask_for_the_key_set_once()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        await using var server = await KeyServer.Start(key);
        await using var program = await stack.StartWithoutTriggers(("Supabase__Url", server.Url));

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
            (await (await NewUser(server, other, program)).Get("/api/chats")).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated")));

        Assert.Equal(1, server.Auth.Requests);
        (await (await NewUser(server, key, program)).Get("/api/chats")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_trailing_slash_of_the_projects_address_makes_no_difference()
    {
        using var key = SigningKey.Create();
        await using var server = await KeyServer.Start(key);
        await using var program = await stack.StartWithoutTriggers(("Supabase__Url", server.Url + "/"));

        (await (await NewUser(server, key, program)).Get("/api/chats")).Is(HttpStatusCode.OK);
    }

    private async Task<TestUser> NewUser(KeyServer server, SigningKey key, TestProgram program)
    {
        var token = new AccessToken(await stack.NewAccount());
        return new TestUser(token.Subject, new TokenMint(server.Url, key, "").Mint(token), program.Address);
    }
}
