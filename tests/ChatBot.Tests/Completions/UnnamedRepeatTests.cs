using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>Sends that have neither a message id nor a key: only the body tells a repeat from a second send.</summary>
public sealed class UnnamedRepeatTests(TestStack stack)
{
    [Fact]
    public async Task The_same_body_at_once_is_one_turn_with_one_answer()
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var marker = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => (n % 2 == 0 ? user : user.At(other.Address))
            .Post("/api/chat", Body(chat, $"{marker} [[tokens=30 delay=10ms]]"), ("x-ms-invocation-id", $"{Guid.NewGuid()}"))));

        Assert.Single(answers.Select(a => a.Is(HttpStatusCode.OK).Body).Distinct());
        Assert.Single(stack.CallsOf(marker));
        Assert.Equal(["user", "assistant"], (await user.Messages(chat)).Select(m => (string)m!["role"]!));
    }

    [Fact]
    public async Task The_same_body_just_after_the_end_gets_the_same_answer()
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var marker = Guid.NewGuid().ToString();

        var first = await user.Post("/api/chat", Body(chat, $"{marker} [[tokens=9]]"));
        var second = await user.Post("/api/chat", Body(chat, $"{marker} [[tokens=9]]"));
        var third = EventStreamText.Parse((await user.Post("/api/chat", Body(chat, $"{marker} [[tokens=9]]"), ("Accept", "text/event-stream"))).Is(HttpStatusCode.OK).Body);

        Assert.Equal(first.Is(HttpStatusCode.OK).Body, second.Is(HttpStatusCode.OK).Body);
        Assert.Equal(first.Body, third.Text);
        Assert.Single(stack.CallsOf(marker));
        Assert.Equal(2, (await user.Messages(chat)).Count);
    }

    [Fact]
    public async Task At_the_path_of_a_chat_it_is_the_same()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.Send(chat, $"{marker} [[tokens=30 delay=10ms]]")));
        var later = await user.Send(chat, $"{marker} [[tokens=30 delay=10ms]]");

        Assert.Single(answers.Append(later).Select(a => a.MessageId).Distinct());
        Assert.Single(stack.CallsOf(marker));
    }

    [Fact]
    public async Task Who_says_the_same_twice_in_a_conversation_is_answered_twice()
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var body = Body(chat, "Yes. [[tokens=3]]");

        var first = (await user.Post("/api/chat", body)).Is(HttpStatusCode.OK);
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "assistant", ["content"] = first.Body });
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "user", ["content"] = "Yes. [[tokens=3]]" });
        (await user.Post("/api/chat", body)).Is(HttpStatusCode.OK);

        Assert.Equal(4, (await user.Messages(chat)).Count);
    }

    [Fact]
    public async Task The_same_again_after_something_else_or_after_a_minute_or_in_another_chat_is_a_second_send()
    {
        var user = await stack.NewUser();
        var (chat, other) = (await user.NewChat(), await user.NewChat());

        await user.Send(chat, "Yes. [[tokens=3]]");
        await user.Send(other, "Yes. [[tokens=3]]");
        await user.Send(chat, "No. [[tokens=3]]");
        await user.Send(chat, "Yes. [[tokens=3]]");
        await stack.Execute("update chatbot.completions set created_at = created_at - interval '61 seconds' where user_id = $1", user.Id);
        await user.Send(chat, "Yes. [[tokens=3]]");

        Assert.Equal((8, 2), ((await user.Messages(chat)).Count, (await user.Messages(other)).Count));
    }

    [Fact]
    public async Task Other_ids_or_other_keys_are_other_sends()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var body = StackExtensions.SendBody("Yes. [[tokens=3]]");

        await user.Send(chat, "Yes. [[tokens=3]]", "m1");
        await user.Send(chat, "Yes. [[tokens=3]]", "m2");
        (await user.Post($"/api/chats/{chat}/stream", body, ("Idempotency-Key", "k1"))).Is(HttpStatusCode.OK);
        (await user.Post($"/api/chats/{chat}/stream", body, ("Idempotency-Key", "k2"))).Is(HttpStatusCode.OK);
        (await user.Post($"/api/chats/{chat}/stream", body)).Is(HttpStatusCode.OK);
        var model = StackExtensions.SendBody("Yes. [[tokens=3]]");
        model["model"] = "gpt-4o-mini";
        (await user.Post($"/api/chats/{chat}/stream", model)).Is(HttpStatusCode.OK);

        Assert.Equal(12, (await user.Messages(chat)).Count);
    }

    [Fact]
    public async Task Again_after_a_failure_the_message_is_answered_and_stored_once()
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var body = Body(chat, $"{chat} [[status=404 times=1 tokens=4]]");

        (await user.Post("/api/chat", body)).IsProblem(HttpStatusCode.BadGateway, "model_failed");
        (await user.Post("/api/chat", body)).Is(HttpStatusCode.OK);

        Assert.Equal(["user", "assistant"], (await user.Messages(chat)).Select(m => (string)m!["role"]!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Again_after_a_failure_whose_message_is_another_by_now_it_is_a_second_message(bool isDeleted)
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var body = Body(chat, "Go. [[status=404]]");
        (await user.Post("/api/chat", body)).IsProblem(HttpStatusCode.BadGateway, "model_failed");
        var path = $"/api/chats/{chat}/messages/{(await user.Messages(chat))[0]!["id"]}";
        (isDeleted ? await user.Delete(path) : await user.Patch(path, new JsonObject { ["content"] = "Something else." })).Is(isDeleted ? HttpStatusCode.NoContent : HttpStatusCode.OK);

        (await user.Post("/api/chat", body)).IsProblem(HttpStatusCode.BadGateway, "model_failed");

        var texts = (await user.Messages(chat)).Where(m => (string?)m!["role"] == "user").Select(m => (string)m!["content"]!);
        Assert.Equal(isDeleted ? ["Go. [[status=404]]"] : ["Something else.", "Go. [[status=404]]"], texts);
    }

    private static JsonObject Body(string chat, string text) => new()
    {
        ["chatId"] = chat,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
    };
}
