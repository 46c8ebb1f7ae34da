using System.Net;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>Every connection of the process is taken while an answer is to be begun, or to be ended.</summary>
public sealed class PoolTests(TestStack stack)
{
    [Fact]
    public async Task A_send_that_gets_no_connection_is_told_to_come_again_and_is_then_answered_once()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await Start(wire);
        var user = await stack.NewUser(program);
        var (chat, marker) = (await user.NewChat(), Guid.NewGuid().ToString());
        var (taken, taking) = await TakeTheConnection(wire, user);

        var refused = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[tokens=4]]", "m1"));
        taken.Release();
        (await taking).Is(HttpStatusCode.OK);
        await user.Send(chat, $"{marker} [[tokens=4]]", "m1");

        refused.IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.Equal("5", refused.Headers["Retry-After"]);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        stack.CallOf(marker);
    }

    [Fact]
    public async Task An_answer_that_gets_no_connection_at_its_end_waits_for_one()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await Start(wire);
        var user = await stack.NewUser(program);
        var (chat, marker) = (await user.NewChat(), Guid.NewGuid().ToString());
        var sending = user.Send(chat, $"{marker} [[tokens=30 delay=20ms]]");
        await stack.WaitUntilStreaming(chat);

        var (taken, taking) = await TakeTheConnection(wire, user);
        await stack.WaitUntil(() => Task.FromResult(stack.CallsOf(marker).Any(call => call.Outcome == CallOutcome.Completed)));
        taken.Release();

        (await taking).Is(HttpStatusCode.OK);
        Assert.Equal("finish", (string?)(await sending).Last["type"]);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
    }

    private Task<TestProgram> Start(DatabaseWire wire) => stack.StartWithoutTriggers(wire, ("Database__PoolSize", "1"), ("Database__PoolWaitSeconds", "1"));

    private static async Task<(Tripwire Taken, Task<ApiResponse> Taking)> TakeTheConnection(DatabaseWire wire, TestUser user)
    {
        var taken = wire.On(WireAction.Hold, "public.user_preferences");
        var taking = user.Get("/api/preferences");
        await taken.Reached;
        return (taken, taking);
    }
}
