using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Messages;

public sealed class ChangeMessageTests(TestStack stack)
{
    [Fact]
    public async Task Ones_own_message_can_be_edited_and_keeps_its_place()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var before = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = "Helo" })).Is(HttpStatusCode.Created);

        var after = (await user.Patch($"/api/chats/{chat}/messages/m", new JsonObject { ["content"] = "Hello" })).Is(HttpStatusCode.OK);

        Assert.Equal("Hello", after["content"]);
        foreach (var same in (string[])["id", "chatId", "seq", "clientId", "role", "status", "createdAt"])
        {
            Assert.Equal(before[same], after[same]);
        }

        Assert.True((DateTimeOffset)after.Json["updatedAt"]! > (DateTimeOffset)before.Json["updatedAt"]!);
        Assert.Equal(after.Body, (await user.Get($"/api/chats/{chat}/messages/m")).Body);
    }

    [Fact]
    public async Task An_answer_of_the_model_cannot_be_edited()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var answer = (await user.Send(chat, "Say it. [[text=\"I owe you nothing.\"]]")).MessageId;

        (await user.Patch($"/api/chats/{chat}/messages/{answer}", new JsonObject { ["content"] = "I owe you a million." })).IsProblem(HttpStatusCode.Forbidden, "forbidden");

        Assert.Equal("I owe you nothing.", (await user.Get($"/api/chats/{chat}/messages/{answer}"))["content"]);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"content":""}""")]
    [InlineData("""{"content":null}""")]
    public async Task A_message_cannot_be_emptied(string body)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = "Hello" })).Is(HttpStatusCode.Created);

        var problem = (await user.SendRaw(HttpMethod.Patch, $"/api/chats/{chat}/messages/m", body, [])).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.NotNull(problem["errors"]!["content"]);
        Assert.Equal("Hello", (await user.Get($"/api/chats/{chat}/messages/m"))["content"]);
    }

    [Fact]
    public async Task Role_and_other_members_cannot_be_changed()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = "Hello" })).Is(HttpStatusCode.Created);

        (await user.Patch($"/api/chats/{chat}/messages/m", new JsonObject { ["content"] = "x", ["role"] = "system" })).IsProblem(HttpStatusCode.BadRequest, "invalid_json");
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "x", ["role"] = "assistant" })).IsProblem(HttpStatusCode.BadRequest, "invalid_json");
    }

    [Fact]
    public async Task Messages_and_answers_can_be_deleted()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var answer = (await user.Send(chat, "Hello", "m")).MessageId.ToString();

        foreach (var id in (string[])["m", answer])
        {
            Assert.Equal("", (await user.Delete($"/api/chats/{chat}/messages/{id}")).Is(HttpStatusCode.NoContent).Body);
            (await user.Get($"/api/chats/{chat}/messages/{id}")).IsProblem(HttpStatusCode.NotFound, "not_found");
            (await user.Delete($"/api/chats/{chat}/messages/{id}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        }

        Assert.Empty(await user.Messages(chat));
    }

    [Fact]
    public async Task A_message_is_not_found_under_another_chat_of_ones_own()
    {
        var user = await stack.NewUser();
        var (chat, other) = (await user.NewChat(), await user.NewChat());
        var id = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "Hello" })).Is(HttpStatusCode.Created)["id"];

        (await user.Get($"/api/chats/{other}/messages/{id}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Patch($"/api/chats/{other}/messages/{id}", new JsonObject { ["content"] = "x" })).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Delete($"/api/chats/{other}/messages/{id}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        Assert.Equal("Hello", (await user.Get($"/api/chats/{chat}/messages/{id}"))["content"]);
    }
}
