using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>A process stands still for longer than its lease, and then goes on as if nothing had been.</summary>
public sealed class SuspensionTests(PublishedProgram published, Recovery recovery) : IClassFixture<Recovery>
{
    [Fact]
    public async Task Suspended_past_its_lease_a_process_changes_nothing_when_it_goes_on_and_tells_its_client()
    {
        await using var process = await WiredProcess.Start(published, recovery, leaseSeconds: 2);
        process.Send("tokens=5000 delay=10ms");
        await process.UntilShown("text-delta");
        await Until(process.User, "select exists (select from chatbot.completion_deltas d join chatbot.completions c on c.id = d.completion_id where c.user_id = $1)");

        process.App.Suspend();
        var books = await recovery.Recover(process.User.Id);
        var before = await State(process.User);
        process.App.Resume();
        await process.UntilShown("[DONE]");

        Assert.Equal(Books.OfOneInterruption, books);
        Assert.Equal("interrupted", (string?)EventStreamText.Parse(process.Stream()).Error["code"]);
        Assert.Equal(before, await State(process.User));
        Assert.Equal(books, await recovery.Recover(process.User.Id));
        Assert.Single(process.Calls);
    }

    private Task Until(TestUser user, string sql) => StreamingTests.Until(async () => await Ask(user, sql) is true, TimeSpan.FromSeconds(20));

    private async Task<string> State(TestUser user) => (string)(await Ask(user, """
        select jsonb_agg(to_jsonb(c) || to_jsonb(m))::text
        from chatbot.completions c
        join public.messages m on m.id = c.id
        where c.user_id = $1
        """))!;

    private async Task<object?> Ask(TestUser user, string sql)
    {
#pragma warning disable CA2100 // The statements are the tests' own.
        await using var command = published.Database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = user.Id });
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
