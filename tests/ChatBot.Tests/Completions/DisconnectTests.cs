using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>What becomes of an answer whose client has left, by what the send said.</summary>
public sealed class DisconnectTests(TestStack stack)
{
    private const string Endless = "Go. [[endless delay=10ms]]";

    [Fact]
    public async Task By_default_an_answer_goes_on_without_its_client()
    {
        var (_, chat) = await SendAndLeave("Go. [[tokens=50 delay=10ms]]", null);

        await stack.WaitUntil("select state = 'finished' from chatbot.completions where chat_id = $1", Guid.Parse(chat));
    }

    [Fact]
    public async Task An_answer_that_is_to_stop_with_its_client_stops()
    {
        var (_, chat) = await SendAndLeave(Endless, "stop");

        await stack.WaitUntil("select state = 'stopped' from chatbot.completions where chat_id = $1", Guid.Parse(chat));
    }

    [Fact]
    public async Task An_answer_may_go_on_for_some_seconds()
    {
        var (_, chat) = await SendAndLeave(Endless, 1);

        await stack.WaitUntil("select state = 'stopped' from chatbot.completions where chat_id = $1", Guid.Parse(chat));
        Assert.True(await stack.Scalar<bool>(
            "select ended_at - created_at > interval '1 second' from chatbot.completions where chat_id = $1", Guid.Parse(chat)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_goes_on_while_somebody_reads_it_at_this_or_another_instance_and_stops_when_they_leave(bool elsewhere)
    {
        await using var other = await stack.StartProgram();
        var (user, chat) = await SendAndLeave(Endless, 1);
        var there = elsewhere ? user.At(other.Address) : user;

        using (var reader = await there.Open(
            HttpMethod.Get, $"/api/chats/{chat}/stream", null, [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, reader.StatusCode);
            await stack.WaitUntil("select created_at < now() - interval '4 seconds' from chatbot.completions where chat_id = $1", Guid.Parse(chat));
            Assert.Equal("streaming", await stack.Scalar<string>("select state from chatbot.completions where chat_id = $1", Guid.Parse(chat)));
        }

        await stack.WaitUntil("select state = 'stopped' from chatbot.completions where chat_id = $1", Guid.Parse(chat));
    }

    private async Task<(TestUser User, string Chat)> SendAndLeave(string content, JsonNode? onDisconnect)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var body = StackExtensions.SendBody(content);
        body["onDisconnect"] = onDisconnect;
        using var response = await user.Open(
            HttpMethod.Post, $"/api/chats/{chat}/stream", body.ToJsonString(), [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (user, chat);
    }
}
