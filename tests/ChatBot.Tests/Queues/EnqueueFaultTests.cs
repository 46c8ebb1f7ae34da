using ChatBot.Shared.Queues;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Queues;

/// <summary>A wake-up does not get into its queue, or gets there twice.</summary>
public sealed class EnqueueFaultTests(TestStack stack)
{
    private const string Post = "POST /";

    [Theory]
    [InlineData(WireAction.Cut)]
    [InlineData(WireAction.Hold)]
    [InlineData(WireAction.Refuse)]
    public async Task A_wake_up_that_is_never_sent_keeps_no_client_waiting_and_is_made_up_for_by_the_timer(WireAction action)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await stack.StartWithoutTriggers(account.Setting);
        var user = await stack.NewUser(program);
        account.Wire.Watch(new Tripwire(action, "500 Internal Server Error", [Post, $"/{QueueNames.AssistantMessages}/messages"], passing: 0, times: int.MaxValue));

        var stream = await user.Send(await user.NewChat(), "Go. [[tokens=5]]");
        var wasStored = await stack.Scalar<bool>("select persisted_at is not null from chatbot.completions where id = $1", stream.MessageId);
        await stack.Execute("update chatbot.completions set ended_at = ended_at - interval '1 minute' where id = $1", stream.MessageId);
        await stack.RunTimer();

        Assert.Equal("finish", (string?)stream.Last["type"]);
        Assert.False(wasStored);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        // Whoever still tries need not wait for its time limits.
        account.Wire.Cut();
    }

    [Theory]
    [InlineData(QueueNames.AssistantMessages, WireAction.LoseReply, 1)]
    [InlineData(QueueNames.AssistantMessages, WireAction.Reset, 1)]
    [InlineData(QueueNames.UsageEvents, WireAction.LoseReply, 1)]
    [InlineData(QueueNames.UsageEvents, WireAction.Reset, 1)]
    // As often as the client tries: the function fails, and its message is delivered again.
    [InlineData(QueueNames.UsageEvents, WireAction.Refuse, 3)]
    public async Task A_wake_up_that_is_sent_again_counts_once(string queue, WireAction action, int times)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await stack.StartProgram(account.Setting);
        var user = await stack.NewUser(program);
        var trip = account.Wire.Watch(new Tripwire(action, "500 Internal Server Error", [Post, $"/{queue}/messages"], passing: 0, times));

        var stream = await user.Send(await user.NewChat(), "Go. [[tokens=5]]");
        await trip.Reached;

        Assert.Equal("finish", (string?)stream.Last["type"]);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        await account.WaitUntilEmpty(QueueNames.AssistantMessages);
        await account.WaitUntilEmpty(QueueNames.UsageEvents);
    }
}
