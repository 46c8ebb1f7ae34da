using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Queues;

/// <summary>What can never be handled goes to the poison queue and from there into the table of dead letters; nothing is dropped.</summary>
public sealed class PoisonTests(TestStack stack)
{
    // Of no completion.
    private readonly string _wakeUp = $$"""{"version":1,"completionId":"{{Guid.NewGuid()}}"}""";

    // Each row gets an id of its own in place of the word.
    private const string Unique = "UNIQUE";

    [Theory]
    [InlineData("not JSON: " + Unique)]
    [InlineData($"\"{Unique}\"")]
    [InlineData($"[\"{Unique}\"]")]
    [InlineData($$"""{"something":"{{Unique}}"}""")]
    [InlineData($$"""{"version":2,"completionId":"{{Unique}}"}""")]
    [InlineData($$"""{"version":"1","completionId":"{{Unique}}"}""")]
    [InlineData($$"""{"version":1,"completionId":"{{Unique}}"}""")]
    [InlineData($$"""{"version":1,"completionId":["{{Unique}}"]}""")]
    public async Task What_fails_for_the_fifth_time_is_kept_and_holds_up_nothing_else(string pattern)
    {
        var body = pattern.Replace(Unique, $"{Guid.NewGuid()}", StringComparison.Ordinal);
        await using var account = new StorageAccount(stack.Local.Azurite);
        await account.Put(QueueNames.AssistantMessages, body, deliveries: 4);
        await account.Put(QueueNames.UsageEvents, body, deliveries: 4);
        await using var program = await stack.StartProgram(account.Setting);
        var user = await stack.NewUser(program);

        await user.Send(await user.NewChat(), "Go. [[tokens=3]]");

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        await IsKept(account, QueueNames.AssistantMessages, body);
        await IsKept(account, QueueNames.UsageEvents, body);
    }

    [Fact]
    public async Task What_was_copied_and_not_deleted_is_copied_again()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await account.Put(QueueNames.UsageEvents + QueueNames.PoisonSuffix, _wakeUp);
        await account.Put(QueueNames.UsageEvents, _wakeUp, deliveries: 5);
        await using var program = await stack.StartProgram(account.Setting);

        await IsKept(account, QueueNames.UsageEvents, _wakeUp);
        Assert.Equal(2L, await stack.Scalar<long>("select count(*) from chatbot.dead_letters where body = $1", _wakeUp));
    }

    /// <summary>The original may not go before its copy is there.</summary>
    [Fact]
    public async Task What_cannot_be_copied_is_not_deleted()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await account.Put(QueueNames.UsageEvents, _wakeUp, deliveries: 4);
        // As often as the client tries.
        var copying = account.Wire.Watch(new Tripwire(
            WireAction.Refuse, "500 Internal Server Error", ["POST /", $"/{QueueNames.UsageEvents}{QueueNames.PoisonSuffix}/messages"], passing: 0, times: 3));
        await using var program = await stack.StartProgram(account.Setting);

        await copying.Reached;
        var user = await stack.NewUser(program);
        await user.Send(await user.NewChat(), "Go. [[tokens=3]]");

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        // The wake-up of the answer is deleted a moment after it was recorded; what could not be copied stays.
        await stack.WaitUntil(async () => await account.Count(QueueNames.UsageEvents) == 1);
    }

    /// <summary>A short outage must not burn the tries.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 10)]
    [InlineData(3, 120)]
    [InlineData(4, 480)]
    public async Task What_fails_is_seen_again_after_a_growing_while(int delivery, int seconds)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await account.Put(QueueNames.UsageEvents, _wakeUp, deliveries: delivery - 1);
        var seenAgain = account.Wire.On(WireAction.HoldReply, "PUT /", $"/{QueueNames.UsageEvents}/messages/");
        await using var program = await stack.StartProgram(account.Setting);

        Assert.Contains($"visibilitytimeout={seconds} ", await seenAgain.Reached, StringComparison.Ordinal);
        seenAgain.Release();
    }

    private async Task IsKept(StorageAccount account, string queue, string body)
    {
        await account.WaitUntilEmpty(queue);
        await account.WaitUntilEmpty(queue + QueueNames.PoisonSuffix);
        Assert.True(await stack.Scalar<bool>(
            "select exists (select from chatbot.dead_letters where queue = $1 and body = $2)", queue + QueueNames.PoisonSuffix, body));
    }
}
