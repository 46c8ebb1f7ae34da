using System.Net;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Models;
using ChatBot.Functions.Usage;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>
/// A completion's steps in the database, each failed once on an instance that reaches its database over a wire of its own. After
/// it, all is as if nothing had been.
/// </summary>
internal sealed class DatabaseSteps(TestStack stack)
{
    public static IReadOnlyDictionary<string, Func<DatabaseSteps, DatabaseFault, Task>> All { get; } =
        new Dictionary<string, Func<DatabaseSteps, DatabaseFault, Task>>
        {
            ["begin_completion"] = (steps, fault) => steps.Begin(fault),
            ["append_deltas"] = (steps, fault) => steps.AppendDeltas(fault),
            ["read_answer"] = (steps, fault) => steps.ReadAnswer(fault, passing: 0),
            ["read_answer again"] = (steps, fault) => steps.ReadAnswer(fault, passing: 1),
            ["finish_completion"] = (steps, fault) => steps.Finish(fault),
            ["persist_message"] = (steps, fault) => steps.Persist(fault),
            ["record_usage"] = (steps, fault) => steps.Record(fault),
            ["sweep_completions"] = (steps, fault) => steps.Sweep(fault),
        };

    /// <summary>The send is answered, or is told to come again and then is answered.</summary>
    private async Task Begin(DatabaseFault fault)
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await Start(wire);
        var (user, marker) = (await stack.NewUser(program), NewMarker());
        var chat = await user.NewChat();
        var trip = wire.Fail(fault, "begin_completion");

        var first = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[tokens=5]]", "m1"));
        await trip.Reached;
        wire.Mend();
        if (first.Status != HttpStatusCode.OK)
        {
            first.IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
            Assert.Equal("5", first.Headers["Retry-After"]);
        }

        var second = await user.Send(chat, $"{marker} [[tokens=5]]", "m1");

        Assert.Equal("finish", (string?)second.Last["type"]);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        stack.CallOf(marker);
    }

    /// <summary>The stream goes on.</summary>
    private async Task AppendDeltas(DatabaseFault fault)
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await Start(wire);
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        // The second: that one has text.
        var trip = wire.Fail(fault, "append_deltas", passing: 1);

        var sending = user.Send(chat, "Go. [[tokens=30 delay=15ms]]");
        await trip.Reached;
        wire.Mend();

        await IsWhole(await sending, user, chat);
    }

    /// <summary>Who follows the answer from another instance gets all of it, at the latest with the next request.</summary>
    private async Task ReadAnswer(DatabaseFault fault, int passing)
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await Start(wire);
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var sending = user.Send(chat, "Go. [[tokens=50 delay=15ms]]");
        await stack.WaitUntilStreaming(chat);
        var trip = wire.Fail(fault, "read_answer", passing);

        var reading = user.At(program.Address).Get($"/api/chats/{chat}/stream");
        await trip.Reached;
        wire.Mend();
        var read = await reading;
        // A database that only reads is enough for this step.
        if (passing == 0 && fault != DatabaseFault.ReadOnly)
        {
            read.IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
            read = await user.At(program.Address).Get($"/api/chats/{chat}/stream", ("Last-Event-ID", (await sending).Ids[0]));
        }

        Assert.Equal((await sending).Text, EventStreamText.Parse(read.Is(HttpStatusCode.OK).Body).Text);
        await IsWhole(await sending, user, chat);
    }

    /// <summary>Tried again until it is done, and the client never learns of it.</summary>
    private async Task Finish(DatabaseFault fault)
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await Start(wire);
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var trip = wire.Fail(fault, "finish_completion");

        var sending = user.Send(chat, "Go. [[tokens=20]]");
        await trip.Reached;
        wire.Mend();

        await IsWhole(await sending, user, chat);
    }

    /// <summary>The delivery fails, and the next one does it.</summary>
    private async Task Persist(DatabaseFault fault)
    {
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));

        await FailOnce(fault, "persist_message", program => program.Services.GetRequiredService<PersistAssistantMessage>()
            .Persist(new WakeUp(1, completion.Id), TestContext.Current.CancellationToken));

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, completion.User.Id));
    }

    private async Task Record(DatabaseFault fault)
    {
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));
        await stack.Execute("select chatbot.persist_message($1)", completion.Id);

        await FailOnce(fault, "record_usage", program => program.Services.GetRequiredService<RecordUsage>()
            .Record(new WakeUp(1, completion.Id), TestContext.Current.CancellationToken));

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, completion.User.Id));
    }

    /// <summary>The timer's run fails, and the next one, here or elsewhere, does it.</summary>
    private async Task Sweep(DatabaseFault fault)
    {
        var dead = await HalfCompletion.Begin(stack);
        await dead.ExpireLease();

        await FailOnce(fault, "sweep_completions", async program =>
        {
            // Who could not give its lease back, as its connection was gone, has died to all others, and that is over after two minutes.
            await stack.Execute("update chatbot.timer_lease set expires_at = '-infinity' where expires_at < clock_timestamp() + interval '2 minutes'");
            await stack.RunTimer(program);
            // As long ago as what counts as forgotten.
            await stack.Execute("update chatbot.completions set ended_at = ended_at - interval '1 minute' where id = $1", dead.Id);
            await stack.RunTimer();
        });

        Assert.Equal(Books.OfOneInterruption, await Books.Settled(stack.Database, dead.User.Id));
    }

    private async Task FailOnce(DatabaseFault fault, string function, Func<TestProgram, Task> run)
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await Start(wire);
        var trip = wire.Fail(fault, function);

        await Assert.ThrowsAnyAsync<Exception>(() => run(program));
        await trip.Reached;
        wire.Mend();
        await run(program);
    }

    private async Task IsWhole(EventStreamText stream, TestUser user, string chat)
    {
        Assert.Equal("finish", (string?)stream.Last["type"]);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        Assert.Equal(stream.Text, (string?)(await user.At(stack.Program.Address).Messages(chat))[1]!["content"]);
    }

    private Task<TestProgram> Start(DatabaseWire wire) => stack.StartWithoutTriggers(wire, ("Database__StatementTimeoutSeconds", "1"));

    private static string NewMarker() => Guid.NewGuid().ToString();
}
