using System.Text;
using Azure.Storage.Queues;
using ChatBot.Local;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Worker;

[Collection(typeof(WorkerCollection))]
public sealed class QueueTests(RunningWorker worker)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task An_answer_is_stored_and_recorded_by_way_of_the_queues()
    {
        var user = await worker.NewUser();
        var chat = await StreamingTests.NewChat(user);

        await StreamingTests.Send(user, chat, "Hello. [[tokens=7]]");

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(worker.Database, user.Id));
    }

    [Theory]
    [InlineData(QueueNames.AssistantMessages)]
    [InlineData(QueueNames.UsageEvents)]
    public async Task A_body_that_is_not_Base64_is_a_dead_letter_within_a_minute(string queue)
    {
        var body = $"not Base64! {Guid.NewGuid()}";

        await Raw(queue).SendMessageAsync(body, TestContext.Current.CancellationToken);

        await UntilDead(body, 1);
        Assert.Equal(queue + QueueNames.PoisonSuffix, await Dead<string>("queue", body));
    }

    [Fact]
    public async Task Two_poison_bodies_with_the_same_id_are_both_kept()
    {
        var body = $$"""{"id":"{{Guid.NewGuid()}}","dequeueCount":9}""";

        for (var n = 0; n < 2; n++)
        {
            await worker.Storage.Put(QueueNames.UsageEvents + QueueNames.PoisonSuffix, body);
        }

        await UntilDead(body, 2);
    }

    [Fact]
    public async Task A_message_that_has_failed_five_times_becomes_a_dead_letter_with_its_reason()
    {
        var body = HostedTests.WakeUp(Guid.NewGuid());

        await worker.Storage.Put(QueueNames.UsageEvents, body, deliveries: 4);

        await UntilDead(body, 1);
        Assert.Contains("cannot be recorded", await Dead<string>("last_error", body), StringComparison.Ordinal);
        await worker.Storage.WaitUntilEmpty(QueueNames.UsageEvents + QueueNames.PoisonSuffix);
    }

    [Fact]
    public async Task A_failed_delivery_is_the_hosts_to_repeat()
    {
        var body = HostedTests.WakeUp(Guid.NewGuid());

        var failure = await Assert.ThrowsAsync<InvocationFailedException>(() => worker.Host.InvokeQueueAsync("RecordUsage", Encode(body), dequeueCount: 2));

        Assert.Contains("cannot be recorded", failure.Message, StringComparison.Ordinal);
        Assert.Contains(worker.Host.Failures, f => f.Function == "RecordUsage" && f.Reason == failure.Message);
        Assert.Equal(0, await CountDead(body));
    }

    /// <summary>The host puts a body's members among the metadata, where they overwrite the message's own.</summary>
    [Fact]
    public async Task The_dequeue_count_is_the_messages_whatever_its_body_says()
    {
        var user = await worker.NewUser();
        var sent = EventStreamText.Parse((await StreamingTests.Send(user, await StreamingTests.NewChat(user), "Hello. [[tokens=7]]")).Body);
        await Books.Settled(worker.Database, user.Id);
        var body = $$"""{"version":1,"completionId":"{{sent.MessageId}}","dequeueCount":1,"id":"x"}""";
        await using var note = worker.Database.CreateCommand(
            "insert into chatbot.failed_deliveries (queue, body_hash, attempts, last_error) values ('usage-events', sha256(convert_to($1, 'UTF8')), 1, 'Failed')");
        note.Parameters.Add(new() { Value = body });
        await note.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        // Only after a failed delivery is there anything to forget.
        await worker.Host.InvokeQueueAsync("RecordUsage", Encode(body), dequeueCount: 2);

        await using var noted = worker.Database.CreateCommand("select count(*) from chatbot.failed_deliveries where body_hash = sha256(convert_to($1, 'UTF8'))");
        noted.Parameters.Add(new() { Value = body });
        Assert.Equal(0L, await noted.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private static string Encode(string body) => Convert.ToBase64String(Encoding.UTF8.GetBytes(body));

    private QueueClient Raw(string queue) => new(worker.Storage.ConnectionString, queue);

    private Task UntilDead(string body, int count) => StreamingTests.Until(async () => await CountDead(body) == count, s_minute);

    private Task<long> CountDead(string body) => Dead<long>("count(*)", body);

    private async Task<T> Dead<T>(string column, string body)
    {
#pragma warning disable CA2100 // The columns are the tests' own.
        await using var command = worker.Database.CreateCommand($"select {column} from chatbot.dead_letters where body = $1");
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = body });
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
