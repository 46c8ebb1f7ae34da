using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Completions;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Messages;

public sealed class MessageIdTests(TestStack stack)
{
    [Theory]
    [InlineData("msg-1")]
    [InlineData("Zk3fPq0Lm9xYtB7a")]
    [InlineData("a message of mine, № 1?")]
    public async Task A_text_of_the_clients_is_an_id(string id)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var answer = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = id, ["content"] = "Hello" })).Is(HttpStatusCode.Created);

        Assert.Equal(id, answer["clientId"]);
        Assert.Equal(answer.Body, (await user.Get($"/api/chats/{chat}/messages/{Uri.EscapeDataString(id)}")).Is(HttpStatusCode.OK).Body);
        Assert.Equal(answer.Body, (await user.Get($"/api/chats/{chat}/messages/{answer["id"]}")).Is(HttpStatusCode.OK).Body);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a\tb")]
    public async Task An_id_that_no_path_can_name_is_refused_naming_the_rule(string id)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var edit = ChatTests.AiSdkBody("c", "m", "Hello");
        edit["messageId"] = id;
        var refusals = new Dictionary<string, ApiResponse>
        {
            ["id"] = await user.Post("/api/chats", new JsonObject { ["id"] = id }),
            [" id"] = await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = id, ["content"] = "Hello" }),
            ["  id"] = await user.Post("/api/chat", ChatTests.AiSdkBody(id, "m", "Hello")),
            ["message.id"] = await user.Post("/api/chat", ChatTests.AiSdkBody("c", id, "Hello")),
            [" message.id"] = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hello", id)),
            ["messageId"] = await user.Post("/api/chat", edit),
        };

        foreach (var (field, refusal) in refusals)
        {
            var problem = refusal.IsProblem(HttpStatusCode.BadRequest, "invalid_request");
            Assert.Contains("slash", (string?)problem["errors"]![field.Trim()]![0], StringComparison.Ordinal);
        }

        Assert.Single((await user.Get("/api/chats")).Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("a%2Fb")]
    [InlineData("100%")]
    [InlineData("...")]
    [InlineData("?#&;=+@: ")]
    [InlineData("№ 漢字 😀 e\u0301")]
    public async Task Any_other_id_names_its_chat_in_a_path_when_it_is_percent_encoded(string id)
    {
        var user = await stack.NewUser();

        var chat = (await user.Post("/api/chats", new JsonObject { ["id"] = id })).Is(HttpStatusCode.Created)["id"];

        Assert.Equal(chat, (await user.Get($"/api/chats/{Uri.EscapeDataString(id)}")).Is(HttpStatusCode.OK)["id"]);
    }

    [Fact]
    public async Task The_same_text_names_another_message_in_another_chat()
    {
        var user = await stack.NewUser();
        var (first, second) = (await user.NewChat(), await user.NewChat());

        var one = (await user.Post($"/api/chats/{first}/messages", new JsonObject { ["id"] = "m", ["content"] = "one" })).Is(HttpStatusCode.Created);
        var two = (await user.Post($"/api/chats/{second}/messages", new JsonObject { ["id"] = "m", ["content"] = "two" })).Is(HttpStatusCode.Created);

        Assert.NotEqual(one["id"], two["id"]);
        Assert.Equal("one", (await user.Get($"/api/chats/{first}/messages/m"))["content"]);
    }

    [Fact]
    public async Task A_uuid_of_the_clients_is_the_id_itself()
    {
        var user = await stack.NewUser();
        var id = Guid.NewGuid().ToString();

        var answer = (await user.Post($"/api/chats/{await user.NewChat()}/messages", new JsonObject { ["id"] = id, ["content"] = "Hello" })).Is(HttpStatusCode.Created);

        Assert.Equal(id, answer["id"]);
        Assert.Null(answer["clientId"]);
    }

    [Fact]
    public async Task Another_message_under_the_same_id_is_refused_and_changes_nothing()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = "one" })).Is(HttpStatusCode.Created);

        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = "two" })).IsProblem(HttpStatusCode.Conflict, "id_in_use");

        Assert.Equal("one", (await user.Get($"/api/chats/{chat}/messages/m"))["content"]);
    }

    [Fact]
    public async Task An_id_that_is_elsewhere_is_refused_whose_ever_it_is()
    {
        var (user, other) = (await stack.NewUser(), await stack.NewUser());
        var (chat, ownChat, othersChat) = (await user.NewChat(), await user.NewChat(), await other.NewChat());
        var body = new JsonObject { ["content"] = "Hello" };
        var inOwnChat = (await user.Post($"/api/chats/{ownChat}/messages", body)).Is(HttpStatusCode.Created)["id"];
        var inOthersChat = (await other.Post($"/api/chats/{othersChat}/messages", body)).Is(HttpStatusCode.Created)["id"];

        foreach (var id in (string?[])[inOwnChat, inOthersChat])
        {
            (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = id, ["content"] = "Hello" })).IsProblem(HttpStatusCode.Conflict, "id_in_use");
        }

        Assert.Empty(await user.Messages(chat));
    }

    [Fact]
    public async Task The_id_of_an_answer_is_refused()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var answer = await user.Send(chat, "Say it. [[text=\"Hello\"]]");

        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = answer.MessageId.ToString(), ["content"] = "Hello" }))
            .IsProblem(HttpStatusCode.Conflict, "id_in_use");
    }

    [Fact]
    public async Task An_id_may_have_200_characters()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = new string('é', 200), ["content"] = "Hello" })).Is(HttpStatusCode.Created);
        var problem = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = new string('é', 201), ["content"] = "Hello" }))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.NotNull(problem["errors"]!["id"]);
    }
}
