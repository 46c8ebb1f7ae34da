using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>A process is killed at an exact point of a completion, and a second one takes over.</summary>
public abstract class CrashTests(PublishedProgram published, Recovery recovery) : IClassFixture<Recovery>
{
    /// <summary>A send leaves one message, one answer and one charge.</summary>
    protected async Task KillAt(CrashPoint point)
    {
        await using var process = await WiredProcess.Start(published, recovery, point.Remains == Remains.Interrupted ? 2 : 20);
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
}
