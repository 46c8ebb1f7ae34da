using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Queues;

public sealed class LostWakeUpTests(TestStack stack)
{
    /// <summary>A long queue has it, most likely; more of them would only make it longer.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(201, 0)]
    public async Task What_was_woken_and_is_not_done_is_soon_woken_again_unless_the_queue_is_long(int waiting, int woken)
    {
        await using var storage = new StorageAccount(stack.Local.Azurite);
        await using var database = await OwnDatabase.Create(stack, storage.Setting);
        var user = await database.NewUser();
        await user.Send(await user.NewChat(), "Hello [[tokens=2]]");
        await storage.Clear(QueueNames.AssistantMessages);
        await Parallel.ForEachAsync(Enumerable.Range(0, waiting), TestContext.Current.CancellationToken, async (_, _) => await storage.Put(QueueNames.AssistantMessages, "{}"));
        await database.Execute("update chatbot.completions set ended_at = now() - interval '10 minutes', woken_at = now() - interval '26 seconds'");

        await database.RunTimer();

        Assert.Equal(waiting + woken, await storage.Count(QueueNames.AssistantMessages));
    }
}
