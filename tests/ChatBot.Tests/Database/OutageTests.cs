using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>What callers see while the database does not answer.</summary>
public sealed class OutageTests(TestStack stack)
{
    [Fact]
    public async Task An_exhausted_pool_is_told_after_two_seconds_and_the_holder_goes_on()
    {
        await using var program = await stack.StartWithoutTriggers(("Database__PoolSize", "1"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        await using var row = await RowLock.OnChat(stack, chat);
        var change = user.Patch($"/api/chats/{chat}", new JsonObject { ["title"] = "Changed" });
        await row.UntilItBlocks();

        var watch = Stopwatch.StartNew();
        var refused = await user.Get("/api/chats");

        AssertUnavailable(refused);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(4));
        await row.DisposeAsync();
        (await change).Is(HttpStatusCode.OK);
        (await user.Get("/api/chats")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_statement_that_waits_too_long_is_unavailable_and_changes_nothing()
    {
        await using var program = await stack.StartWithoutTriggers(("Database__StatementTimeoutSeconds", "1"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        await using var row = await RowLock.OnChat(stack, chat);

        AssertUnavailable(await user.Patch($"/api/chats/{chat}", new JsonObject { ["title"] = "Changed" }));
        await row.DisposeAsync();

        Assert.Equal("A chat", (await user.Get($"/api/chats/{chat}"))["title"]);
    }

    [Fact]
    public async Task A_database_that_is_gone_is_unavailable_until_it_is_back()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartWithoutTriggers(wire);
        var user = await stack.NewUser(program);
        (await user.Get("/api/chats")).Is(HttpStatusCode.OK);

        wire.Cut();
        for (var n = 0; n < 3; n++)
        {
            AssertUnavailable(await user.Get("/api/chats"));
            AssertUnavailable(await user.Post("/api/chats", new JsonObject { ["title"] = "Lost" }));
        }

        (await user.Get("/api/health/ready")).IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        (await user.Get("/api/health")).Is(HttpStatusCode.OK);

        wire.Mend();
        Assert.Empty((await user.Get("/api/chats")).Is(HttpStatusCode.OK).Json["items"]!.AsArray());
        // What was learnt is kept for a second.
        await stack.WaitUntil(async () => (await user.Get("/api/health/ready")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_of_a_change_changes_nothing()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartWithoutTriggers(wire);
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        await using var row = await RowLock.OnChat(stack, chat);
        var change = user.Patch($"/api/chats/{chat}", new JsonObject { ["title"] = "Changed" });
        await row.UntilItBlocks();

        wire.Cut();

        AssertUnavailable(await change);
        wire.Mend();
        Assert.Equal("A chat", (await user.Get($"/api/chats/{chat}"))["title"]);
    }

    private static void AssertUnavailable(ApiResponse answer)
    {
        var problem = answer.IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.Equal("5", answer.Headers["Retry-After"]);
        Assert.DoesNotContain("127.0.0.1", problem.ToJsonString(), StringComparison.Ordinal);
    }
}
