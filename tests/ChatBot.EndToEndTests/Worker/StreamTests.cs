using System.Diagnostics;
using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Worker;

[Collection(typeof(WorkerCollection))]
public sealed class StreamTests(RunningWorker worker)
{
    [Fact]
    public async Task Tokens_arrive_one_by_one()
    {
        var user = await worker.NewUser();
        using var stream = await Reading.Open(user, await StreamingTests.NewChat(user), "Go. [[tokens=6 delay=200ms]]");

        await stream.Until("text-delta");
        var first = Stopwatch.StartNew();
        await stream.ToEnd();

        Assert.True(first.Elapsed > TimeSpan.FromMilliseconds(800), $"The rest came {first.ElapsedMilliseconds} ms after the first token.");
        // Two that come at once may share an event.
        Assert.InRange(stream.Events.Types.Count(type => type == "text-delta"), 4, 6);
        Assert.True(stream.Events.IsDone);
    }

    [Theory]
    [InlineData("finish", "complete")]
    [InlineData("stop", "stopped")]
    public async Task When_its_client_leaves_the_answer_goes_on_or_stops_and_nothing_fails(string onDisconnect, string status)
    {
        var user = await worker.NewUser();
        var chat = await StreamingTests.NewChat(user);
        // Of tests that kill the worker.
        var earlier = worker.Host.Failures.Count;
        using (var stream = await Reading.Open(user, chat, "Go. [[tokens=40 delay=50ms]]", onDisconnect))
        {
            await stream.Until("text-delta");
        }

        await StreamingTests.Until(
            async () => (await StreamingTests.Messages(user, chat)) is [_, { } answer] && (string?)answer["status"] == status, TimeSpan.FromSeconds(40));

        await Books.Settled(worker.Database, user.Id);
        Assert.DoesNotContain(worker.Host.Failures.Skip(earlier), failure => failure.Function == "SendMessage");
    }

    [Fact]
    public async Task Stop_ends_the_stream_with_what_there_is()
    {
        var user = await worker.NewUser();
        var chat = await StreamingTests.NewChat(user);
        using var stream = await Reading.Open(user, chat, "Go. [[tokens=2 stall=1]]");
        await stream.Until("text-delta");

        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        await stream.ToEnd();

        Assert.Equal("abort", (string?)stream.Events.Last["type"]);
        Assert.Equal("stopped", (string?)(await StreamingTests.Messages(user, chat))[1]!["status"]);
    }

    [Fact]
    public async Task A_stream_is_resumed_by_its_last_event_id()
    {
        var user = await worker.NewUser();
        var chat = await StreamingTests.NewChat(user);
        using var stream = await Reading.Open(user, chat, "Go. [[tokens=40 delay=50ms]]");
        await stream.Until("text-delta");

        var rest = EventStreamText.Parse((await user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", stream.Events.Ids[^1]))).Is(HttpStatusCode.OK).Body);
        await stream.ToEnd();

        Assert.EndsWith(rest.Text, stream.Events.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("start", rest.Types);
        Assert.Equal("finish", (string?)rest.Last["type"]);
    }

    /// <summary>As when the connection between host and worker breaks.</summary>
    [Fact]
    public async Task A_request_that_the_host_sends_twice_is_answered_once()
    {
        await using var host = await worker.StartHosted();
        var user = await worker.NewUser(new Uri(host.BaseUrl));
        var chat = await StreamingTests.NewChat(user);
        var marker = Guid.NewGuid().ToString();
        using var stream = await Reading.Open(user, chat, $"{marker} [[tokens=60 delay=50ms]]");
        await stream.Until("text-delta");

        var again = await user.At(await host.WorkerUrlAsync()).Post(
            $"/api/chats/{chat}/stream", StreamingTests.SendBody($"{marker} [[tokens=60 delay=50ms]]"), ("x-ms-invocation-id", host.RunningInvocations.Single()));
        await stream.ToEnd();

        again.Is(HttpStatusCode.InternalServerError);
        Assert.Equal("finish", (string?)stream.Events.Last["type"]);
        Assert.Equal(2, (await StreamingTests.Messages(user, chat)).Count);
        Assert.Single(worker.Stack.StandIn.Model.Calls, call => call.Messages.GetRawText().Contains(marker, StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_the_next_worker_a_stream_is_resumed_with_what_was_kept_and_its_end()
    {
        await using var host = await worker.StartHosted(("Streams__LeaseSeconds", "2"));
        var user = await worker.NewUser(new Uri(host.BaseUrl));
        var chat = await StreamingTests.NewChat(user);
        using var stream = await Reading.Open(user, chat, "Go. [[text=\"zebra zebra zebra zebra\" stall=3]]");
        await stream.Until("text-delta");
        var message = stream.Events.MessageId;
        await StreamingTests.Until(() => IsDrafted(message), TimeSpan.FromSeconds(20));

        await host.KillWorkerAsync();
        await Assert.ThrowsAnyAsync<IOException>(stream.ToEnd);
        await StreamingTests.Until(
            async () =>
            {
                await host.InvokeTimerAsync("SweepCompletions");
                return (string?)(await StreamingTests.Messages(user, chat))[1]!["status"] == "interrupted";
            },
            TimeSpan.FromSeconds(40));
        var resumed = EventStreamText.Parse((await user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", stream.Events.Ids[0]))).Is(HttpStatusCode.OK).Body);

        Assert.Equal((string?)(await StreamingTests.Messages(user, chat))[1]!["content"], resumed.Text);
        Assert.Equal("interrupted", (string?)resumed.Error["code"]);
        Assert.Equal(message, (Guid?)(await StreamingTests.Messages(user, chat))[1]!["id"]);
    }

    private async Task<bool> IsDrafted(Guid completion)
    {
        await using var command = worker.Database.CreateCommand("select exists (select from chatbot.completion_deltas where completion_id = $1)");
        command.Parameters.Add(new() { Value = completion });
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is true;
    }
}
