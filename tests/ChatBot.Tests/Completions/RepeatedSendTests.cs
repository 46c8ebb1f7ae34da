using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class RepeatedSendTests(TestStack stack)
{
    [Fact]
    public async Task The_same_message_id_again_replays_the_stored_answer_without_a_second_call()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var first = await user.Send(chat, $"{marker} [[tokens=20]]", "m1");
        await stack.WaitUntilRecorded(first.MessageId);
        var second = await user.Send(chat, $"{marker} [[tokens=20]]", "m1");

        Assert.Equal(first.MessageId, second.MessageId);
        Assert.Equal(first.Text, second.Text);
        Assert.True(second.IsDone);
        Assert.Single(stack.CallsOf(marker));
        Assert.Equal(2, (await user.Messages(chat)).Count);
    }

    [Fact]
    public async Task The_same_message_id_at_the_same_time_joins_the_running_answer()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.Send(chat, $"{marker} [[tokens=60 delay=5ms]]", "m1")));

        Assert.Single(answers.Select(a => a.MessageId).Distinct());
        Assert.Single(answers.Select(a => a.Text).Distinct());
        Assert.Single(stack.CallsOf(marker));
    }

    [Fact]
    public async Task The_answer_is_followed_from_another_instance()
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var here = user.Send(chat, "Go. [[tokens=60 delay=10ms]]", "m1");
        await stack.WaitUntil("select exists (select from chatbot.completions where chat_id = $1)", Guid.Parse(chat));
        var there = await user.At(other.Address).Send(chat, "Go. [[tokens=60 delay=10ms]]", "m1");

        Assert.Equal((await here).Text, there.Text);
        Assert.Equal((await here).MessageId, there.MessageId);
    }

    [Fact]
    public async Task An_idempotency_key_does_the_same_for_messages_without_an_id()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        for (var i = 0; i < 2; i++)
        {
            (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[tokens=4]]", "m"), ("Idempotency-Key", "k1"))).Is(HttpStatusCode.OK);
        }

        Assert.Single(stack.CallsOf(marker));
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        await user.Send(chat, "One thing. [[tokens=4]]", "m1");
        var other = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Another thing.", "m1"));

        other.IsProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_second_message_while_an_answer_is_written_is_told_which()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var running = user.Send(chat, "Go. [[tokens=5 stall=2]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where chat_id = $1)", Guid.Parse(chat));
        var problem = (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("And?"))).IsProblem(HttpStatusCode.Conflict, "completion_in_progress");
        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);

        Assert.Equal((await running).MessageId, (Guid)problem["messageId"]!);
        Assert.Equal("abort", (string?)(await running).Last["type"]);
    }

    [Fact]
    public async Task After_a_stop_the_next_message_can_be_sent_at_once()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var running = user.Send(chat, "Go. [[tokens=500 delay=20ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where chat_id = $1)", Guid.Parse(chat));

        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        await user.Send(chat, "Stop. [[tokens=3]]");

        Assert.Equal(["complete", "stopped", "complete", "complete"], (await user.Messages(chat)).Select(m => (string)m!["status"]!));
        Assert.Equal("abort", (string?)(await running).Last["type"]);
    }

    [Fact]
    public async Task A_message_whose_answer_failed_can_be_sent_again()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var content = "Try. [[status=500 times=3 tokens=4]]";

        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(content, "m1"))).IsProblem(HttpStatusCode.BadGateway, "model_failed");
        var again = await user.Send(chat, content, "m1");

        Assert.NotEmpty(again.Text);
        Assert.Equal(["user", "assistant"], (await user.Messages(chat)).Select(m => (string)m!["role"]!));
    }

    [Fact]
    public async Task A_message_without_an_id_whose_answer_failed_is_stored_once_under_its_key()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var send = StackExtensions.SendBody("Try. [[status=404 times=1 tokens=4]]");

        (await user.Post($"/api/chats/{chat}/stream", send, ("Idempotency-Key", "k1"))).IsProblem(HttpStatusCode.BadGateway, "model_failed");
        (await user.Post($"/api/chats/{chat}/stream", send, ("Idempotency-Key", "k1"))).Is(HttpStatusCode.OK);

        Assert.Equal(["user", "assistant"], (await user.Messages(chat)).Select(m => (string)m!["role"]!));
    }

    [Fact]
    public async Task A_stale_repeat_does_not_take_later_turns_out_of_the_history()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("First. [[status=500]]", "m1"))).IsProblem(HttpStatusCode.BadGateway, "model_failed");
        await user.Send(chat, "Second. [[tokens=3]]", "m2");
        var before = (await user.Messages(chat)).Count;

        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("First. [[status=500]]", "m1"))).IsProblem(HttpStatusCode.Conflict, "id_in_use");
        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Second. [[tokens=3]]", "m2"), ("Idempotency-Key", "another")))
            .IsProblem(HttpStatusCode.Conflict, "id_in_use");

        Assert.Equal(before, (await user.Messages(chat)).Count);
    }

    [Fact]
    public async Task Regenerating_puts_a_new_answer_in_the_old_ones_place()
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var marker = Guid.NewGuid().ToString();
        var first = EventStreamText.Parse((await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", $"{marker} [[tokens=4]]"))).Body);

        var second = EventStreamText.Parse((await user.Post("/api/chat", new JsonObject
        {
            ["id"] = chat,
            ["messages"] = new JsonArray(),
            ["trigger"] = "regenerate-message",
            ["messageId"] = first.MessageId,
        })).Is(HttpStatusCode.OK).Body);

        var messages = await user.Messages(chat);
        Assert.Equal(["m1", null], messages.Select(m => (string?)m!["clientId"]));
        Assert.Equal(second.MessageId, (Guid)messages[1]!["id"]!);
        Assert.All(stack.CallsOf(marker), call => Assert.Equal(1, call.Messages.GetArrayLength()));
        Assert.Equal(2, stack.CallsOf(marker).Count);
    }

    [Theory]
    [InlineData("m1")]
    [InlineData("m2")]
    public async Task Regenerating_with_the_message_to_answer_answers_that_one_even_where_it_never_arrived(string message)
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var marker = Guid.NewGuid().ToString();
        await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", "First. [[tokens=4]]"));

        (await user.Post("/api/chat", ChatTests.AiSdkBody(chat, message, $"{marker} [[tokens=5]]", "regenerate-message"))).Is(HttpStatusCode.OK);

        string?[] expected = message == "m1" ? ["m1", null] : ["m1", null, "m2", null];
        Assert.Equal(expected, (await user.Messages(chat)).Select(m => (string?)m!["clientId"]));
        Assert.Equal(expected.Length - 1, stack.CallOf(marker).Messages.GetArrayLength());
    }

    [Fact]
    public async Task An_edit_replaces_the_message_and_what_came_after_it()
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", "Red? [[tokens=4]]"));
        await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m2", "And then? [[tokens=4]]"));

        var edit = ChatTests.AiSdkBody(chat, "m1", "Green? [[tokens=4]]");
        edit["messageId"] = "m1";
        (await user.Post("/api/chat", edit)).Is(HttpStatusCode.OK);

        var messages = await user.Messages(chat);
        Assert.Equal(["Green? [[tokens=4]]"], messages.Where(m => (string?)m!["role"] == "user").Select(m => (string)m!["content"]!));
        Assert.Equal(2, messages.Count);
    }
}
