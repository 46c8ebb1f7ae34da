using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>A process is killed at an exact point of a completion, and a second one takes over.</summary>
public sealed class CrashTests(PublishedProgram published, Recovery recovery) : IClassFixture<Recovery>
{
    public static TheoryData<string> Points { get; } = [.. CrashPoint.All.Keys];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_any_point_a_send_leaves_one_message_one_answer_and_one_charge(string name)
    {
        var point = CrashPoint.All[name];
        await using var process = await WiredProcess.Start(published, recovery);
        var reached = point.Reach(process);

        process.Send(point.Directive);
        await reached();
        await process.Kill();
        var books = await recovery.Recover(process.User.Id);

        Assert.Equal(point.Remains switch
        {
            Remains.Nothing => Books.OfNothing,
            Remains.Interrupted => Books.OfOneInterruption,
            _ => Books.OfOneAnswer,
        }, books);
        Assert.Equal(point.Calls, process.Calls.Count);
        await ARepeatJoins(process, point);
    }

    private async Task ARepeatJoins(WiredProcess process, CrashPoint point)
    {
        var there = process.User.At(recovery.Address);
        var before = await StreamingTests.Messages(there, process.Chat);

        var body = StreamingTests.SendBody(process.Content, "m1");
        var repeated = EventStreamText.Parse((await there.Post($"/api/chats/{process.Chat}/stream", body)).Body);

        if (point.Remains == Remains.Nothing)
        {
            Assert.Equal("finish", (string?)repeated.Last["type"]);
            Assert.Single(process.Calls);
            return;
        }

        var stored = (string)before[1]!["content"]!;
        var shown = EventStreamText.Parse(process.Stream()).Text;
        // At most the last tick of the text is lost.
        Assert.True(stored.StartsWith(shown, StringComparison.Ordinal) || (shown.StartsWith(stored, StringComparison.Ordinal) && shown.Length - stored.Length < 200), $"{shown} | {stored}");
        Assert.Equal(point.Calls, process.Calls.Count);
        Assert.Equal(2, (await StreamingTests.Messages(there, process.Chat)).Count);
        if (point.Remains == Remains.Complete)
        {
            Assert.Equal("finish", (string?)repeated.Last["type"]);
            Assert.Equal(stored, repeated.Text);
        }
    }

    [Fact]
    public async Task Suspended_past_its_lease_a_process_changes_nothing_when_it_goes_on_and_tells_its_client()
    {
        await using var process = await WiredProcess.Start(published, recovery);
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
