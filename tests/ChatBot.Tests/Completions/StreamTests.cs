using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class StreamTests(TestStack stack)
{
    [Fact]
    public async Task A_send_streams_the_answer_in_the_parts_of_the_protocol()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Say it. [[text=\"Hello there, you.\"]]"));

        Assert.Equal("text/event-stream", answer.Is(HttpStatusCode.OK).Headers["Content-Type"]);
        Assert.Equal("v1", answer.Headers["x-vercel-ai-ui-message-stream"]);
        Assert.Equal("no", answer.Headers["X-Accel-Buffering"]);
        Assert.Equal("no-cache, no-transform", answer.Headers["Cache-Control"]);
        var stream = EventStreamText.Parse(answer.Body);
        Assert.Equal(["start", "start-step", "text-start"], stream.Types[..3]);
        Assert.Equal(["text-end", "finish-step", "finish"], stream.Types[^3..]);
        Assert.Equal("Hello there, you.", stream.Text);
        Assert.Equal("stop", (string?)stream.Last["finishReason"]);
        Assert.True(stream.IsDone);
        Assert.Equal(stream.Parts.Count, stream.Ids.Distinct().Count());
    }
}
