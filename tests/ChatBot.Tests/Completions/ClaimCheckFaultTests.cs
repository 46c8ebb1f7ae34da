using ChatBot.Shared.Queues;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>The database is away at the end of an answer, and the storage account fails, too.</summary>
public sealed class ClaimCheckFaultTests(TestStack stack)
{
    private const string Error = "500 Internal Server Error";

    [Theory]
    // The first one finds that there is no container yet.
    [InlineData("PUT /", WireAction.LoseReply, 1, 1)]
    // Twice is as often as the client tries.
    [InlineData("PUT /", WireAction.Refuse, 0, 2)]
    [InlineData("GET /", WireAction.Refuse, 0, 2)]
    [InlineData("DELETE /", WireAction.LoseReply, 0, 1)]
    [InlineData("DELETE /", WireAction.Refuse, 0, 2)]
    public async Task An_answer_that_has_to_wait_for_the_database_is_stored_once(string method, WireAction action, int passing, int times)
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await stack.StartProgram(account.Setting, ("Database__ConnectionString", stack.ConnectionOver(wire)));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        wire.On(WireAction.Cut, "finish_completion");
        var trip = account.BlobWire.Watch(new Tripwire(action, Error, [method, $"/{QueueNames.FinishedAnswers}/"], passing, times));

        var stream = await user.Send(chat, "Go. [[tokens=5]]");
        wire.Mend();
        await trip.Reached;

        Assert.Equal("finish", (string?)stream.Last["type"]);
        Assert.False((bool)stream.Last["messageMetadata"]!["receipt"]!["stored"]!);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        Assert.Equal(stream.Text, (string?)(await user.Messages(chat))[1]!["content"]);
        await account.WaitUntilEmpty(QueueNames.AssistantMessages);
    }
}
