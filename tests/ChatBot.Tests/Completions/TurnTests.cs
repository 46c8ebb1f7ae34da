using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>What a send, an edit and a regenerate make of a chat's history.</summary>
public sealed class TurnTests(TestStack stack)
{
    [Fact]
    public async Task A_regenerate_that_fails_gives_the_old_answer_back()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        // The first call of this conversation succeeds, and all after it fail.
        var first = await user.Send(chat, "Go. [[tokens=4]]");
        await stack.WaitUntilRecorded(first.MessageId);
        await stack.Execute("update public.messages set content = 'Go. [[status=404]]' where chat_id = $1 and role = 'user'", Guid.Parse(chat));

        (await user.Post($"/api/chats/{chat}/stream", Regenerate(first.MessageId))).IsProblem(HttpStatusCode.BadGateway, "model_failed");

        var messages = await user.Messages(chat);
        Assert.Equal(2, messages.Count);
        Assert.Equal(first.MessageId, (Guid)messages[1]!["id"]!);
        Assert.Equal(first.Text, (string?)messages[1]!["content"]);
        // What failed is out of the history and not out of the table.
        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from public.messages where chat_id = $1 and superseded_by = id", Guid.Parse(chat)));
    }

    [Fact]
    public async Task Regenerating_an_answer_in_the_middle_takes_what_followed_out_and_keeps_what_was_billed()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var first = await user.Send(chat, "One. [[tokens=4]]");
        var second = await user.Send(chat, "Two. [[tokens=4]]");

        var again = EventStreamText.Parse((await user.Post($"/api/chats/{chat}/stream", Regenerate(first.MessageId))).Is(HttpStatusCode.OK).Body);
        await Task.WhenAll(new[] { first, second, again }.Select(a => stack.WaitUntilRecorded(a.MessageId)));

        Assert.Equal(["One. [[tokens=4]]", again.Text], (await user.Messages(chat)).Select(m => (string)m!["content"]!));
        Assert.Equal(3L, await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_bare_regenerate_answers_the_last_message_anew()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var first = await user.Send(chat, "One. [[tokens=4]]");

        var again = EventStreamText.Parse((await user.Post($"/api/chats/{chat}/stream", Regenerate(null))).Is(HttpStatusCode.OK).Body);

        Assert.NotEqual(first.MessageId, again.MessageId);
        Assert.Equal(again.MessageId, (Guid)(await user.Messages(chat))[1]!["id"]!);
    }

    [Fact]
    public async Task A_message_too_far_back_is_not_edited_and_nothing_is_changed()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m1", ["content"] = "The first." });
        await stack.Execute(
            "insert into public.messages (chat_id, user_id, role, content, token_bound) select $1, $2, 'user', 'x', 1 from generate_series(1, 10001)",
            Guid.Parse(chat),
            user.Id);

        var edit = StackExtensions.SendBody("The first, edited.", "m1");
        edit["messageId"] = "m1";
        (await user.Post($"/api/chats/{chat}/stream", edit)).IsProblem(HttpStatusCode.Conflict, "id_in_use");

        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from public.messages where chat_id = $1 and superseded_by is not null", Guid.Parse(chat)));
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from billing.usage_reservations where user_id = $1", user.Id));
    }

    [Fact]
    public async Task Of_sends_at_the_same_time_to_two_instances_one_runs_and_the_others_are_told_which()
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => (i % 2 == 0 ? user : user.At(other.Address))
            .Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} {i} [[tokens=100 delay=20ms]]"))));

        var ran = EventStreamText.Parse(Assert.Single(answers, a => a.Status == HttpStatusCode.OK).Body);
        Assert.All(
            answers.Where(a => a.Status != HttpStatusCode.OK),
            a => Assert.Equal(ran.MessageId, (Guid)a.IsProblem(HttpStatusCode.Conflict, "completion_in_progress")["messageId"]!));
        Assert.Single(stack.CallsOf(marker));
        Assert.Equal(["user", "assistant"], (await user.Messages(chat)).Select(m => (string)m!["role"]!));
    }

    private static JsonObject Regenerate(Guid? messageId)
    {
        var body = new JsonObject { ["trigger"] = "regenerate-message" };
        if (messageId is { } id)
        {
            body["messageId"] = id;
        }

        return body;
    }
}
