using System.Net;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Worker;

[Collection(typeof(WorkerCollection))]
public sealed class LifetimeTests(RunningWorker worker)
{
    [Fact]
    public async Task A_killed_worker_is_replaced_and_the_timer_ends_what_it_was_writing()
    {
        var user = await worker.NewUser();
        var chat = await StreamingTests.NewChat(user);
        using var stream = await Reading.Open(user, chat, "Go. [[tokens=2 stall=1]]");
        await stream.Until("text-delta");
        var killed = await worker.Host.WorkerProcessIdAsync();

        await worker.Host.KillWorkerAsync();
        var next = await user.Get("/api/chats");
        await Assert.ThrowsAnyAsync<IOException>(stream.ToEnd);

        next.Is(HttpStatusCode.OK);
        Assert.NotEqual(killed, await worker.Host.WorkerProcessIdAsync());
        Assert.Equal(Books.OfOneInterruption, await Books.Settled(worker.Database, user.Id, TimeSpan.FromSeconds(90)));
    }

    [Fact]
    public async Task Told_to_end_the_host_lets_streams_finish_and_takes_no_more_requests()
    {
        await using var app = await AppProcess.StartAsync(new(AppProgram.Package(PublishedProgram.Package), worker.Stack.AppSettings) { Name = "draining" });
        await app.WaitUntilReadyAsync(cancellationToken: TestContext.Current.CancellationToken);
        var user = await worker.NewUser(new Uri(app.BaseUrl));
        using var stream = await Reading.Open(user, await StreamingTests.NewChat(user), "Go. [[tokens=40 delay=100ms]]");
        await stream.Until("text-delta");

        var ending = app.TerminateAsync();
        await StreamingTests.Until(async () => !await app.IsReadyAsync(TestContext.Current.CancellationToken), TimeSpan.FromSeconds(3));
        await stream.ToEnd();

        Assert.Equal("finish", (string?)stream.Events.Last["type"]);
        Assert.True(await ending);
        Assert.Equal(0, await app.Exited);
    }

    [Fact]
    public async Task A_worker_that_cannot_start_says_why()
    {
        var failure = await Assert.ThrowsAsync<InvocationFailedException>(() => worker.StartHosted(("Supabase__Url", "not a url")));

        Assert.Contains("78", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_entries_keep_their_level_and_are_one_line_each()
    {
        var user = await worker.NewUser();
        (await user.Get($"/api/chats/{Guid.NewGuid()}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        await worker.Host.InvokeQueueAsync("RecordUsage", "no wake-up");

        var own = worker.Host.Logs.Where(line => line.Category.StartsWith("ChatBot.", StringComparison.Ordinal)).ToList();

        Assert.Contains(own, line => line is { Level: LogLevel.Information } && line.Message.EndsWith("was answered with 404 not_found", StringComparison.Ordinal));
        Assert.Contains(own, line => line is { Level: LogLevel.Error } && line.Message.EndsWith("is kept as a dead letter", StringComparison.Ordinal));
        Assert.All(own, line => Assert.DoesNotContain('\n', line.Message));
        Assert.All(worker.Host.Logs, line => Assert.NotEqual("", line.Category));
    }
}
