using System.Text.RegularExpressions;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Models;
using ChatBot.Functions.Usage;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Queues;

/// <summary>Wake-ups come twice, in the wrong order, late, or for what nobody has to be woken for.</summary>
public sealed partial class DeliveryFaultTests(TestStack stack)
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Deliveries_to_two_instances_at_once_count_once(int timesEach)
    {
        await using var other = await stack.StartWithoutTriggers();
        var completion = await Finished();
        TestProgram[] both = [stack.Program, other];

        await Task.WhenAll(both.SelectMany(program => Enumerable.Range(0, timesEach).Select(_ => Persist(program, completion.Id))));
        await Task.WhenAll(both.SelectMany(program => Enumerable.Range(0, timesEach).Select(_ => Record(program, completion.Id))));

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, completion.User.Id));
    }

    [Fact]
    public async Task Usage_that_is_delivered_before_its_message_is_stored_is_recorded_when_it_is()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await stack.StartProgram(account.Setting);
        var completion = await Finished();

        await account.Put(QueueNames.UsageEvents, WakeUpOf(completion.Id));
        await account.WaitUntilEmpty(QueueNames.UsageEvents);
        await account.Put(QueueNames.AssistantMessages, WakeUpOf(completion.Id));

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, completion.User.Id));
        await account.WaitUntilEmpty(QueueNames.UsageEvents);
    }

    [Fact]
    public async Task A_first_delivery_an_hour_late_does_all_that_is_to_be_done()
    {
        var completion = await Finished();
        await Age(completion.Id);

        await completion.Wake();

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, completion.User.Id));
    }

    [Fact]
    public async Task A_repeated_delivery_an_hour_late_changes_nothing()
    {
        var completion = await Finished();
        await completion.Wake();
        await stack.WaitUntilRecorded(completion.Id);
        await Age(completion.Id);
        var before = await stack.Scalar<string>("select to_jsonb(c)::text from chatbot.completions c where c.id = $1", completion.Id);

        await Record(stack.Program, completion.Id);
        await Persist(stack.Program, completion.Id);

        Assert.Equal(before, await stack.Scalar<string>("select to_jsonb(c)::text from chatbot.completions c where c.id = $1", completion.Id));
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, completion.User.Id));
    }

    [Fact]
    public async Task A_receipt_that_is_stale_at_the_deletion_leads_to_one_more_delivery_and_no_more()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await stack.StartProgram(account.Setting);
        var completion = await Finished();
        var deleting = account.Wire.On(WireAction.Hold, "DELETE /", $"/{QueueNames.AssistantMessages}/messages/");
        await account.Put(QueueNames.AssistantMessages, WakeUpOf(completion.Id));

        var (id, receipt) = MessageOf(await deleting.Reached);
        await (await account.Queue(QueueNames.AssistantMessages)).UpdateMessageAsync(
            id, receipt, WakeUpOf(completion.Id), TimeSpan.Zero, TestContext.Current.CancellationToken);
        deleting.Release();

        await account.WaitUntilEmpty(QueueNames.AssistantMessages);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, completion.User.Id));
        Assert.Equal(2, account.Wire.Requests.Count(r => r.StartsWith("DELETE /", StringComparison.Ordinal) && r.Contains($"/messages/{id}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_wake_up_for_an_answer_of_someone_else_that_is_still_written_does_not_end_it()
    {
        var completion = await HalfCompletion.Begin(stack);

        await Persist(stack.Program, completion.Id);
        await Record(stack.Program, completion.Id);
        var state = await stack.Scalar<string>("select state from chatbot.completions where id = $1", completion.Id);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));
        await completion.Wake();

        Assert.Equal("streaming", state);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, completion.User.Id));
    }

    private async Task<HalfCompletion> Finished()
    {
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));
        return completion;
    }

    /// <summary>Moves all that was noted of the completion an hour into the past.</summary>
    private async Task Age(Guid id)
    {
        await stack.Execute("update billing.usage_reservations set expires_at = expires_at - interval '1 hour' where completion_id = $1", id);
        await stack.Execute(
            """
            update chatbot.completions
            set created_at = created_at - interval '1 hour',
                lease_expires_at = lease_expires_at - interval '1 hour',
                ended_at = ended_at - interval '1 hour',
                persisted_at = persisted_at - interval '1 hour',
                recorded_at = recorded_at - interval '1 hour'
            where id = $1
            """,
            id);
    }

    private static Task Persist(TestProgram program, Guid id) => program.Services.GetRequiredService<PersistAssistantMessage>()
        .Persist(new WakeUp(1, id), TestContext.Current.CancellationToken);

    private static Task Record(TestProgram program, Guid id) => program.Services.GetRequiredService<RecordUsage>()
        .Record(new WakeUp(1, id), TestContext.Current.CancellationToken);

    private static string WakeUpOf(Guid id) => $$"""{"version":1,"completionId":"{{id}}"}""";

    private static (string Id, string Receipt) MessageOf(string request)
    {
        var match = MessagePath().Match(request);
        return (match.Groups[1].Value, Uri.UnescapeDataString(match.Groups[2].Value));
    }

    [GeneratedRegex("/messages/([^?]+)[?]popreceipt=([^& ]+)")]
    private static partial Regex MessagePath();
}
