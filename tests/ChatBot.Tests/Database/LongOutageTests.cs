using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>The whole database is away for a while, for everybody: a stack of its own, whose server is stopped.</summary>
public sealed class LongOutageTests
{
    /// <summary>In seconds. The long ones take as long as they say, so they are run on demand.</summary>
    public static TheoryData<int> Outages { get; } =
        Environment.GetEnvironmentVariable("CHATBOT_LONG_FAULTS") == "1" ? [10, 60, 600] : [10];

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task What_is_written_during_it_is_shown_and_stored_whole_and_what_is_sent_during_it_is_answered_once_after_it(int seconds)
    {
        await using var stack = new TestStack();
        await stack.InitializeAsync();
        // Nobody may take the answer for dead before its process has the database again.
        await using var program = await stack.StartWithoutTriggers(("Streams__LeaseSeconds", "600"), ("Streams__TotalSeconds", "1800"));
        var (user, early, late) = (await stack.NewUser(program), await stack.NewUser(program), await stack.NewUser());
        var (chat, earlyChat, lateChat) = (await user.NewChat(), await early.NewChat(), await late.NewChat());

        var sending = SendPatiently(user, chat, $"Go. [[tokens={(seconds + 3) * 20} delay=50ms]]");
        var ending = early.Send(earlyChat, "Go. [[tokens=20 delay=50ms]]");
        await stack.WaitUntil("select count(distinct completion_id) = 2 from chatbot.completion_deltas");
        await stack.Local.Postgres.StopAsync();
        var refused = await late.Post($"/api/chats/{lateChat}/stream", StackExtensions.SendBody("Now? [[tokens=4]]", "m1"));
        var outage = Task.Delay(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken);
        var ended = await ending;
        var isStored = (bool)ended.Last["messageMetadata"]!["receipt"]!["stored"]!;
        await outage;
        await stack.Local.Postgres.RestartAsync(TestContext.Current.CancellationToken);
        stack.Database.Clear();
        await late.Send(lateChat, "Now? [[tokens=4]]", "m1");
        var stream = await sending;

        Assert.False(isStored);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, early.Id, TimeSpan.FromSeconds(seconds + 60)));
        Assert.Equal(ended.Text, (string?)(await early.Messages(earlyChat))[1]!["content"]);
        Assert.Equal("finish", (string?)stream.Last["type"]);
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, user.Id));
        refused.IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, late.Id));
        Assert.Equal(3, stack.Model.Calls.Count);
        Assert.Equal(stream.Text, (string?)(await user.Messages(chat))[1]!["content"]);
    }

    /// <summary>A browser waits for a stream as long as it takes; the users of other tests do not.</summary>
    private static async Task<EventStreamText> SendPatiently(TestUser user, string chat, string content)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var response = await user.Open(
            HttpMethod.Post, $"/api/chats/{chat}/stream", StackExtensions.SendBody(content).ToJsonString(), [], HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return EventStreamText.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
    }
}
