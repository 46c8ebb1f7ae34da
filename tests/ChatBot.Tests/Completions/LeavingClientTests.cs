using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>The client goes, in one of the ways in which a connection can end, at an exact point of its send.</summary>
public sealed class LeavingClientTests(TestStack stack)
{
    [Theory]
    [InlineData(Leaving.Close)]
    [InlineData(Leaving.Reset)]
    [InlineData(Leaving.HalfClose)]
    public async Task Within_the_body_nothing_was_asked(Leaving how)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        using var client = await RawClient.Connect(stack.Program.Address);

        await client.Write(RawClient.SendOf(user, chat, "Go. [[tokens=5]]")[..^5]);
        client.Leave(how);

        if (how == Leaving.HalfClose)
        {
            await client.ReadToEnd();
            Assert.DoesNotContain("HTTP/1.1 200", client.Read.ToString(), StringComparison.Ordinal);
        }

        // The next request comes after it and finds nothing.
        Assert.Empty(await user.Messages(chat));
        Assert.Equal(Books.OfNothing, await Books.Settled(stack.Database, user.Id));
    }

    [Theory]
    [InlineData(Leaving.Close)]
    [InlineData(Leaving.Reset)]
    [InlineData(Leaving.HalfClose)]
    public Task During_the_admission_the_answer_goes_on_to_its_end(Leaving how) => LeaveAtRequest("begin_completion", how);

    [Theory]
    [InlineData(Leaving.Close)]
    [InlineData(Leaving.Reset)]
    [InlineData(Leaving.HalfClose)]
    public async Task Before_the_head_the_answer_goes_on_to_its_end(Leaving how)
    {
        var (user, marker) = (await stack.NewUser(), Guid.NewGuid().ToString());
        var chat = await user.NewChat();
        using var client = await RawClient.Connect(stack.Program.Address);

        await client.Write(RawClient.SendOf(user, chat, $"{marker} [[tokens=5 first=200ms]]"));
        await stack.WaitUntil(() => Task.FromResult(stack.CallsOf(marker).Count > 0));

        await LeaveAndLook(client, how, user, marker);
    }

    [Theory]
    [InlineData(Leaving.Close)]
    [InlineData(Leaving.Reset)]
    [InlineData(Leaving.HalfClose)]
    public async Task In_mid_stream_the_answer_goes_on_to_its_end(Leaving how)
    {
        var (user, marker) = (await stack.NewUser(), Guid.NewGuid().ToString());
        var chat = await user.NewChat();
        using var client = await RawClient.Connect(stack.Program.Address);

        await client.Write(RawClient.SendOf(user, chat, $"{marker} [[tokens=30 delay=10ms]]"));
        await client.ReadUntil("text-delta");

        await LeaveAndLook(client, how, user, marker);
    }

    [Theory]
    [InlineData(Leaving.Close)]
    [InlineData(Leaving.Reset)]
    [InlineData(Leaving.HalfClose)]
    public Task At_the_end_the_answer_is_stored_all_the_same(Leaving how) => LeaveAtRequest("finish_completion", how);

    private async Task LeaveAtRequest(string function, Leaving how)
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartWithoutTriggers(wire);
        var (user, marker) = (await stack.NewUser(program), Guid.NewGuid().ToString());
        var chat = await user.NewChat();
        var held = wire.On(WireAction.Hold, function);
        using var client = await RawClient.Connect(program.Address);

        await client.Write(RawClient.SendOf(user, chat, $"{marker} [[tokens=5]]"));
        await held.Reached;
        client.Leave(how);
        held.Release();

        await Look(client, how, user, marker);
    }

    private Task LeaveAndLook(RawClient client, Leaving how, TestUser user, string marker)
    {
        client.Leave(how);
        return Look(client, how, user, marker);
    }

    private async Task Look(RawClient client, Leaving how, TestUser user, string marker)
    {
        if (how == Leaving.HalfClose)
        {
            // Whether it gets the rest or not: it is not left waiting.
            await client.ReadToEnd();
        }

        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1)", user.Id);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        // Known a moment after the program has the answer.
        await stack.WaitUntil(() => Task.FromResult(stack.CallOf(marker).Outcome != CallOutcome.Running));
        Assert.Equal(CallOutcome.Completed, stack.CallOf(marker).Outcome);
    }
}
