using ChatBot.Shared.Queues;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Queues;

/// <summary>Whatever one user leaves for the queue functions to do, the others' usage is settled meanwhile.</summary>
public sealed class BacklogTests(TestStack stack)
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Long_texts_that_nobody_has_counted_jam_neither_their_owners_queue_nor_the_others()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await stack.StartProgram(account.Setting);
        var (hoarder, other) = (await stack.NewUser(program), await stack.NewUser(program));
        var (chat, othersChat) = (await hoarder.NewChat(), await other.NewChat());
        // Short addresses, all different: what a full text index takes longest for.
        await stack.Execute(
            """
            insert into public.messages (chat_id, user_id, role, content)
            select $1, $2, 'user', left((select string_agg('http://' || n || '.' || to_hex(a) || '.io', ' ') from generate_series(1, 16000) a), 262144)
            from generate_series(1, 110) n
            """,
            Guid.Parse(chat),
            hoarder.Id);
        await stack.Execute(
            """
            insert into billing.user_plans (user_id, plan_id, requests_per_minute, token_cap, daily_token_cap, cost_cap, daily_cost_cap)
            select u, 'free', 6000, 1000000000, 1000000000, 1000000, 1000000
            from unnest($1) u
            """,
            (Guid[])[hoarder.Id, other.Id]);

        var hoarding = SendMany(hoarder, chat);
        var waits = new List<TimeSpan>();
        do
        {
            var id = (await other.Send(othersChat, "Go. [[tokens=1]]")).MessageId;
            var since = TimeProvider.System.GetTimestamp();
            await stack.WaitUntilRecorded(id);
            waits.Add(TimeProvider.System.GetElapsedTime(since));
        }
        while (!hoarding.IsCompleted);
        await hoarding;

        var books = await Books.Settled(stack.Database, hoarder.Id, s_soon);
        Assert.True(books.TotalsAreSums);
        Assert.True(waits.Max() < s_soon, $"Others waited up to {waits.Max().TotalSeconds} s.");
        Assert.Equal(0, await account.Count(QueueNames.UsageEvents + QueueNames.PoisonSuffix));
        // Some with each delivery.
        await stack.WaitUntil("select count(*) > 30 from chatbot.token_counts where chat_id = $1 and tokens is not null", Guid.Parse(chat));
    }

    [Fact]
    public async Task A_delivery_that_takes_long_holds_up_none_that_come_after_it()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        // Longer than the test is patient.
        await using var program = await stack.StartProgram(
            account.Setting, ("Database__ConnectionString", stack.ConnectionOver(wire)), ("Database__StatementTimeoutSeconds", "60"));
        var (slow, other) = (await stack.NewUser(program), await stack.NewUser(program));
        var (slowChat, othersChat) = (await slow.NewChat(), await other.NewChat());
        var held = wire.On(WireAction.Hold, "billing.record_usage");
        await slow.Send(slowChat, "Go. [[tokens=1]]");
        await held.Reached;

        var id = (await other.Send(othersChat, "Go. [[tokens=1]]")).MessageId;
        await stack.WaitUntilRecorded(id);

        held.Release();
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, slow.Id));
    }

    [Fact]
    public async Task A_count_that_fails_is_no_failure_of_the_delivery_whose_usage_is_recorded()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartProgram(account.Setting, ("Database__ConnectionString", stack.ConnectionOver(wire)));
        var user = await stack.NewUser(program);
        var refused = wire.Watch(new Tripwire(WireAction.Refuse, PostgresErrorCodes.QueryCanceled, ["chatbot.uncounted_texts"], passing: 0, times: int.MaxValue));

        await user.Send(await user.NewChat(), "Go. [[tokens=1]]");
        await refused.Reached;

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        await account.WaitUntilEmpty(QueueNames.UsageEvents);
        Assert.Equal(0, await account.Count(QueueNames.UsageEvents + QueueNames.PoisonSuffix));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.QueryCanceled, true)]
    [InlineData(PostgresErrorCodes.AdminShutdown, false)]
    [InlineData(PostgresErrorCodes.CannotConnectNow, false)]
    public async Task What_takes_too_long_is_a_failure_of_its_message_and_an_outage_is_not(string error, bool dies)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        var body = $$"""{"version":1,"completionId":"{{Guid.NewGuid()}}"}""";
        await account.Put(QueueNames.UsageEvents, body, deliveries: 4);
        var tripped = wire.Watch(new Tripwire(WireAction.Refuse, error, ["billing.record_usage"], passing: 0, times: int.MaxValue));
        var seenAgain = account.Wire.On(WireAction.Hold, "PUT /", $"/{QueueNames.UsageEvents}/messages/");

        await using var program = await stack.StartProgram(account.Setting, ("Database__ConnectionString", stack.ConnectionOver(wire)));
        await tripped.Reached;

        if (dies)
        {
            await stack.WaitUntil("select exists (select from chatbot.dead_letters where body = $1)", body);
        }
        else
        {
            Assert.Contains("visibilitytimeout", await seenAgain.Reached, StringComparison.Ordinal);
            seenAgain.Release();
        }
    }

    private static async Task SendMany(TestUser user, string chat)
    {
        for (var n = 0; n < 40; n++)
        {
            await user.Send(chat, $"Go {n}. [[tokens=1]]");
        }
    }
}
