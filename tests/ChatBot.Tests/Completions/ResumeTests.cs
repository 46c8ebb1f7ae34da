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
        await stack.WaitUntilStreaming(chat);

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
    public async Task With_the_id_of_an_answer_it_comes_from_its_first_part_also_when_it_has_ended()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var first = await user.Send(chat, "Go. [[tokens=20]]");
        var next = user.Send(chat, "On. [[endless delay=20ms]]");
        await stack.WaitUntilStreaming(chat);

        var live = await stack.Scalar<Guid>("select id from chatbot.completions where chat_id = $1 and state = 'streaming'", Guid.Parse(chat));
        var ended = EventStreamText.Parse((await user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", $"{first.MessageId}"))).Is(HttpStatusCode.OK).Body);
        var resuming = user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", $"{live}"));
        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);

        Assert.Equal(("start", first.MessageId, first.Text, "finish"), (ended.Types[0], ended.MessageId, ended.Text, (string?)ended.Last["type"]));
        var running = EventStreamText.Parse((await resuming).Is(HttpStatusCode.OK).Body);
        Assert.Equal(("start", (await next).MessageId), (running.Types[0], running.MessageId));
    }

    [Fact]
    public async Task With_the_last_event_id_of_an_answer_that_ended_its_rest_comes_though_another_is_being_written()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var first = await user.Send(chat, "Go. [[tokens=20]]");
        var next = user.Send(chat, "On. [[endless delay=20ms]]");
        await stack.WaitUntilStreaming(chat);

        var rest = EventStreamText.Parse((await user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", first.Ids[5]))).Is(HttpStatusCode.OK).Body);
        var resuming = user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", first.Ids[^1]));
        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);

        Assert.Equal((first.Text[StreamPosition.Parse(first.Ids[5])!.Value.Offset..], "finish"), (rest.Text, (string?)rest.Last["type"]));
        // Who had it all is told what runs.
        var running = EventStreamText.Parse((await resuming).Is(HttpStatusCode.OK).Body);
        Assert.Equal((await next).MessageId, running.MessageId);
    }

    [Fact]
    public async Task Of_an_answer_that_was_deleted_there_is_no_rest_and_no_other_answer_takes_its_place()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var first = await user.Send(chat, "Go. [[tokens=20]]");
        var had = ("Last-Event-ID", first.Ids[5]);
        (await user.Delete($"/api/chats/{chat}/messages/{first.MessageId}")).Is(HttpStatusCode.NoContent);

        (await user.Get($"/api/chats/{chat}/stream", had)).IsProblem(HttpStatusCode.NotFound, "not_found");
        _ = user.Send(chat, "On. [[endless delay=20ms]]");
        await stack.WaitUntilStreaming(chat);
        (await user.Get($"/api/chats/{chat}/stream", had)).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        // Who has had it all is told that nothing runs.
        (await user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", first.Ids[^1]))).Is(HttpStatusCode.NoContent);
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
        // Its head comes with the first text.
        using var reading = await half.User.Open(
            HttpMethod.Get, $"/api/chats/{half.Chat}/stream", null, [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await stack.Execute("update chatbot.completion_deltas set text = 'abcd' where completion_id = $1 and seq = 0", half.Id);
        await stack.Execute("insert into chatbot.completion_deltas (completion_id, seq, text) values ($1, 4, 'ef')", half.Id);
        Assert.True(await half.Finish(null));

        Assert.Equal("abcdef", EventStreamText.Parse(await reading.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Text);
    }

    [Fact]
    public async Task A_draft_that_is_written_once_more_as_a_whole_is_read_on_without_a_gap()
    {
        var half = await HalfCompletion.Begin(stack, draft: "ab");
        await half.Draft(2, "cd");
        using var reading = await half.User.Open(
            HttpMethod.Get, $"/api/chats/{half.Chat}/stream", null, [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        // As after a crash of the database that lost the second piece, and after its reader had it.
        await stack.Execute("delete from chatbot.completion_deltas where completion_id = $1 and seq = 2", half.Id);
        await half.Draft(0, "abcdef");
        await half.Draft(6, "gh");
        Assert.True(await half.Finish(null, seq: 8));

        Assert.Equal("abcdefgh", EventStreamText.Parse(await reading.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Text);
        Assert.Equal("abcdefgh", await stack.Scalar<string>("select chatbot.draft_text($1)", half.Id));
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
}
