using ChatBot.Local;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>Two processes are killed: the one that wrote an answer, and the one whose timer was about to end it.</summary>
public sealed class TimerCrashTests(PublishedProgram published, Recovery recovery) : IClassFixture<Recovery>
{
    [Theory]
    [InlineData(WireAction.Hold)]
    [InlineData(WireAction.HoldReply)]
    public async Task Killed_before_or_after_its_sweep_a_timer_leaves_the_rest_to_the_next(WireAction action)
    {
        await using var process = await WiredProcess.Start(published, recovery, leaseSeconds: 2);
        process.Send("no-headers");
        await process.UntilCalled(_ => true);
        await process.Kill();
        await UntilDead(process.User);

        await using var wire = new DatabaseWire(published.Stack.Postgres.Port);
        var connection = new NpgsqlConnectionStringBuilder(published.Stack.Postgres.ConnectionString("authenticator")) { Port = wire.Port }.ConnectionString;
        await using (var host = await published.StartHosted(("AzureWebJobsStorage", recovery.Storage.ConnectionString), ("Database__ConnectionString", connection)))
        {
            var trip = wire.On(action, "sweep_completions");
            var running = host.InvokeTimerAsync("SweepCompletions");
            await trip.Reached;
            await host.KillWorkerAsync();
            trip.Lose();
            await Assert.ThrowsAsync<InvocationFailedException>(() => running);
        }

        Assert.Equal(Books.OfOneInterruption, await recovery.Recover(process.User.Id));
    }

    private Task UntilDead(TestUser user) => StreamingTests.Until(
        async () =>
        {
            await using var command = published.Database.CreateCommand("select lease_expires_at < clock_timestamp() from chatbot.completions where user_id = $1");
            command.Parameters.Add(new() { Value = user.Id });
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is true;
        },
        TimeSpan.FromSeconds(20));
}
