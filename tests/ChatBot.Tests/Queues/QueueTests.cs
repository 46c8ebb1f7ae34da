using Azure.Storage.Queues;
using ChatBot.Functions.Models;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Usage;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Queues;

public sealed class QueueTests(TestStack stack)
{
    private readonly WakeUpQueues _queues = stack.Program.Services.GetRequiredService<WakeUpQueues>();

    [Fact]
    public async Task Deliveries_ten_times_over_in_any_order_count_once()
    {
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));

        await Task.WhenAll(Enumerable.Range(0, 10).SelectMany(_ => new[]
        {
            Send(QueueNames.UsageEvents, completion.Id),
            Send(QueueNames.AssistantMessages, completion.Id),
        }));
        await stack.WaitUntilRecorded(completion.Id);
        await WaitUntilEmpty(QueueNames.AssistantMessages);

        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1", completion.User.Id));
        Assert.Equal(12L, await stack.Scalar<long>("select tokens from billing.usage_periods where user_id = $1", completion.User.Id));
        Assert.Equal(1L, await stack.Scalar<long>("select calls from billing.usage_daily where user_id = $1", completion.User.Id));
    }

    [Fact]
    public async Task A_message_deleted_before_it_was_stored_is_billed_all_the_same()
    {
        var completion = await HalfCompletion.Begin(stack);
        await completion.User.Delete($"/api/chats/{completion.Chat}");
        Assert.True(await completion.Finish(null));

        await Send(QueueNames.AssistantMessages, completion.Id);
        await stack.WaitUntilRecorded(completion.Id);

        Assert.Equal(2, await stack.Scalar<int>("select output_tokens from billing.usage_events where user_id = $1", completion.User.Id));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"version":2,"completionId":"0199a3a0-0000-7000-8000-000000000000"}""")]
    [InlineData("""{"version":1}""")]
    [InlineData("null")]
    public void What_is_not_a_wake_up_is_refused(string body) =>
        Assert.Null(WakeUpReader.Read(body));

    [Fact]
    public async Task A_message_that_cannot_be_handled_ends_as_a_dead_letter()
    {
        var body = $$"""{"version":1,"completionId":"{{Guid.NewGuid()}}"}""";
        var queue = _queues.Client(QueueNames.UsageEvents + QueueNames.PoisonSuffix);
        await queue.SendMessageAsync(BinaryData.FromString(body), cancellationToken: TestContext.Current.CancellationToken);

        await stack.WaitUntil("select exists (select from chatbot.dead_letters where queue = 'usage-events-poison' and body = $1)", body);
    }

    [Theory]
    [InlineData(QueueNames.AssistantMessages)]
    [InlineData(QueueNames.AssistantMessages + QueueNames.PoisonSuffix)]
    public async Task A_message_that_is_not_base64_becomes_a_dead_letter_at_once(string name)
    {
        var body = $"not Base64: {Guid.NewGuid()}";
        var raw = new QueueClient(stack.Local.Azurite.ConnectionString, name);
        await raw.SendMessageAsync(body, TestContext.Current.CancellationToken);

        await stack.WaitUntil("select exists (select from chatbot.dead_letters where queue = 'assistant-messages-poison' and body = $1)", body);
    }

    [Fact]
    public async Task Usage_is_recorded_once_however_often_the_function_runs_at_once()
    {
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));
        await Send(QueueNames.AssistantMessages, completion.Id);
        await stack.WaitUntilRecorded(completion.Id);
        var function = stack.Program.Services.GetRequiredService<RecordUsage>();
        var wakeUp = new WakeUp(1, completion.Id);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => function.Record(wakeUp, TestContext.Current.CancellationToken)));

        Assert.Equal(12L, await stack.Scalar<long>("select tokens from billing.usage_periods where user_id = $1", completion.User.Id));
    }

    private Task Send(string queue, Guid id) => _queues.Send(queue, new WakeUp(1, id), TestContext.Current.CancellationToken);

    private async Task WaitUntilEmpty(string name)
    {
        var queue = _queues.Client(name);
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30);
        while ((await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount > 0)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"{name} is not emptied.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
