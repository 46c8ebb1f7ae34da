using System.Net;
using ChatBot.Functions.Completions;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class ResumeTests(TestStack stack)
{
    [Fact]
    public async Task Where_nothing_runs_there_is_nothing_to_resume()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await user.Send(chat, "Go. [[tokens=3]]");

        (await user.Get($"/api/chats/{chat}/stream")).Is(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_running_answer_is_replayed_from_its_first_part_under_the_same_id()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var running = user.Send(chat, "Go. [[tokens=60 delay=10ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where chat_id = $1 and state = 'streaming')", Guid.Parse(chat));

        var resumed = EventStreamText.Parse((await user.Get($"/api/chats/{chat}/stream")).Is(HttpStatusCode.OK).Body);

        var first = await running;
        Assert.Equal(first.MessageId, resumed.MessageId);
        Assert.Equal(first.Text, resumed.Text);
    }

    [Fact]
    public async Task With_the_last_event_id_only_the_rest_comes_also_when_it_has_just_ended()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var first = await user.Send(chat, "Go. [[tokens=20]]");
        var middle = first.Ids.Count / 2;

        var rest = EventStreamText.Parse((await user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", first.Ids[middle]))).Is(HttpStatusCode.OK).Body);

        var offset = StreamPosition.Parse(first.Ids[middle])!.Value.Offset;
        Assert.Equal(first.Text[offset..], rest.Text);
        Assert.DoesNotContain("start", rest.Types);
        Assert.Equal("finish", (string?)rest.Last["type"]);
        Assert.True(rest.IsDone);
    }

    [Fact]
    public async Task Who_has_seen_more_than_the_draft_gets_nothing_twice()
    {
        var half = await HalfCompletion.Begin(stack, draft: "0123456789");
        var ahead = $"{half.Id:N}-14-{(int)StreamStage.TextStarted}";

        var resuming = half.User.Get($"/api/chats/{half.Chat}/stream", ("Last-Event-ID", ahead));
        await stack.Execute("insert into chatbot.completion_deltas (completion_id, seq, text) values ($1, 10, '0123456789')", half.Id);
        Assert.True(await half.Finish(null));
        var stream = EventStreamText.Parse((await resuming).Is(HttpStatusCode.OK).Body);

        Assert.Equal("456789", stream.Text);
        Assert.All(stream.Ids, id => Assert.InRange(StreamPosition.Parse(id)!.Value.Offset, 14, 20));
    }

    [Fact]
    public async Task A_piece_that_grew_after_it_was_read_is_read_to_its_end()
    {
        var half = await HalfCompletion.Begin(stack, draft: "ab");
        var reading = half.User.Get($"/api/chats/{half.Chat}/stream");
        await stack.WaitUntil("select count(*) = 1 from chatbot.completion_deltas where completion_id = $1", half.Id);
        await stack.Execute("update chatbot.completion_deltas set text = 'abcd' where completion_id = $1 and seq = 0", half.Id);
        await stack.Execute("insert into chatbot.completion_deltas (completion_id, seq, text) values ($1, 4, 'ef')", half.Id);
        Assert.True(await half.Finish(null));

        Assert.Equal("abcdef", EventStreamText.Parse((await reading).Body).Text);
    }

    [Fact]
    public async Task The_first_reader_who_notices_a_dead_answer_ends_it()
    {
        var dead = await HalfCompletion.Begin(stack);
        await dead.ExpireLease();

        var stream = EventStreamText.Parse((await dead.User.Get($"/api/chats/{dead.Chat}/stream")).Is(HttpStatusCode.OK).Body);

        Assert.Equal("so far", stream.Text);
        Assert.Equal("interrupted", (string?)stream.Error["code"]);
        await stack.WaitUntilRecorded(dead.Id);
    }

    [Fact]
    public async Task An_answer_that_is_to_stop_with_its_client_stops()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var body = StackExtensions.SendBody("Go. [[endless delay=10ms]]");
        body["onDisconnect"] = "stop";

        using (var response = await user.Open(
            HttpMethod.Post, $"/api/chats/{chat}/stream", body.ToJsonString(), [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await stack.WaitUntil("select state = 'stopped' from chatbot.completions where chat_id = $1", Guid.Parse(chat));
    }

    [Fact]
    public async Task By_default_an_answer_goes_on_without_its_client()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        using (var response = await user.Open(
            HttpMethod.Post,
            $"/api/chats/{chat}/stream",
            StackExtensions.SendBody("Go. [[tokens=50 delay=10ms]]").ToJsonString(),
            [],
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await stack.WaitUntil("select state = 'finished' from chatbot.completions where chat_id = $1", Guid.Parse(chat));
    }
}
