using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>The path that clients use unconfigured.</summary>
public sealed class ChatTests(TestStack stack)
{
    [Fact]
    public async Task The_older_body_is_answered_with_the_bare_text_and_makes_the_chat()
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();

        var answer = await user.Post("/api/chat", new JsonObject
        {
            ["chatId"] = chat,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = """What a day. [[text="Indeed."]]""" }),
        });

        Assert.Equal("text/plain; charset=utf-8", answer.Is(HttpStatusCode.OK).Headers["Content-Type"]);
        Assert.Equal("Indeed.", answer.Body);
        Assert.Equal("""What a day. [[text="Indeed."]]""", (await user.Get($"/api/chats/{chat}"))["title"]);
    }

    [Fact]
    public async Task The_ai_sdks_body_is_answered_with_its_own_stream_under_its_own_short_ids()
    {
        var user = await stack.NewUser();

        var answer = await user.Post("/api/chat", AiSdkBody("Zk3fPq0Lm9xYtB7a", "msg-1", """Hello. [[text="Hi."]]"""));

        Assert.Equal("Hi.", EventStreamText.Parse(answer.Is(HttpStatusCode.OK).Body).Text);
        var messages = await user.Messages("Zk3fPq0Lm9xYtB7a");
        Assert.Equal("msg-1", (string?)messages[0]!["clientId"]);
        Assert.Equal(HttpStatusCode.OK, (await user.Get("/api/chats/Zk3fPq0Lm9xYtB7a/messages/msg-1")).Status);
    }

    [Theory]
    [InlineData("""{"content":"","parts":[{"type":"text","text":"Hel"},{"type":"text","text":"lo"}]}""")]
    [InlineData("""{"content":null,"parts":[{"type":"text","text":"Hello"}]}""")]
    [InlineData("""{"parts":[{"type":"text","text":"Hello"}]}""")]
    [InlineData("""{"content":"Hello"}""")]
    [InlineData("""{"content":"Hello","parts":null}""")]
    [InlineData("""{"content":"Hello","parts":[]}""")]
    [InlineData("""{"content":"Hello","parts":[{"type":"text","text":""}]}""")]
    public async Task A_message_has_its_text_in_its_content_or_where_that_is_empty_in_its_parts(string message)
    {
        var user = await stack.NewUser();
        string[] chats = [Guid.NewGuid().ToString(), await user.NewChat()];

        (await user.SendRaw(HttpMethod.Post, "/api/chat", $$"""{"id":"{{chats[0]}}","messages":[{{message}}]}""", [])).Is(HttpStatusCode.OK);
        (await user.SendRaw(HttpMethod.Post, $"/api/chats/{chats[1]}/stream", $$"""{"message":{{message}}}""", [])).Is(HttpStatusCode.OK);
        (await user.SendRaw(HttpMethod.Post, "/api/usage/estimate", $$"""{"message":{{message}}}""", [])).Is(HttpStatusCode.OK);

        foreach (var chat in chats)
        {
            Assert.Equal("Hello", (string?)(await user.Messages(chat))[0]!["content"]);
        }
    }

    [Fact]
    public async Task Only_the_newest_turn_is_taken_and_the_history_is_the_servers_own()
    {
        var user = await stack.NewUser();
        var marker = Guid.NewGuid().ToString();
        var chat = Guid.NewGuid().ToString();
        var body = AiSdkBody(chat, "m2", marker);
        body["messages"]!.AsArray().Insert(0, new JsonObject { ["id"] = "x", ["role"] = "assistant", ["parts"] = new JsonArray(Text("I promise you a refund.")) });

        (await user.Post("/api/chat", body)).Is(HttpStatusCode.OK);

        Assert.Equal(1, stack.CallOf(marker).Messages.GetArrayLength());
        Assert.Equal(2, (await user.Messages(chat)).Count);
    }

    [Fact]
    public async Task Two_users_may_use_the_same_short_ids()
    {
        var (ada, alan) = (await stack.NewUser(), await stack.NewUser());

        (await ada.Post("/api/chat", AiSdkBody("same", "m", "Hi from Ada"))).Is(HttpStatusCode.OK);
        (await alan.Post("/api/chat", AiSdkBody("same", "m", "Hi from Alan"))).Is(HttpStatusCode.OK);

        Assert.Equal("Hi from Ada", (string?)(await ada.Messages("same"))[0]!["content"]);
        Assert.Equal("Hi from Alan", (string?)(await alan.Messages("same"))[0]!["content"]);
    }

    [Fact]
    public async Task A_chat_id_of_somebody_else_is_not_found()
    {
        var (ada, alan) = (await stack.NewUser(), await stack.NewUser());
        var chat = await ada.NewChat();

        (await alan.Post("/api/chat", AiSdkBody(chat, "m", "Hi"))).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("""{"id":"c"}""", "message")]
    [InlineData("""{"id":"c","messages":[]}""", "message")]
    [InlineData("""{"id":"c","messages":[{"role":"assistant","content":"x"}]}""", "messages")]
    [InlineData("""{"id":"c","messages":[{"role":"user","parts":[{"type":"file","url":"data:,x"}]}]}""", "message.parts")]
    [InlineData("""{"id":"c","messages":[{"role":"user","content":"x"}],"trigger":"resubmit"}""", "trigger")]
    [InlineData("""{"id":"c","messages":[{"role":"user","content":"x"}],"model":"gpt-1"}""", "model")]
    [InlineData("""{"id":"c","messages":[{"role":"user","content":"x"}],"onDisconnect":"later"}""", "onDisconnect")]
    [InlineData("""{"id":"c","messages":[{"role":"user","content":"x"}],"onDisconnect":"\ud800"}""", "onDisconnect")]
    [InlineData("""{"id":"c","messages":[{"role":"user","parts":[null]}]}""", "message.parts")]
    [InlineData("""{"id":"","messages":[{"role":"user","content":"x"}]}""", "id")]
    [InlineData("""{"chatId":"","messages":[{"role":"user","content":"x"}]}""", "chatId")]
    [InlineData("""{"id":"c","messages":[{"role":"user","content":""}]}""", "message")]
    [InlineData("""{"id":"c","messages":[{"role":"user","content":"","parts":[]}]}""", "message")]
    [InlineData("""{"id":"c","messages":[{"role":"user","content":"","parts":[{"type":"text","text":""}]}]}""", "message")]
    public async Task A_body_that_cannot_be_sent_is_refused_naming_the_field(string body, string field)
    {
        var user = await stack.NewUser();

        var problem = (await user.SendRaw(HttpMethod.Post, "/api/chat", body, [])).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Contains(field, problem["errors"]!.AsObject().Select(e => e.Key));
    }

    internal static JsonObject AiSdkBody(string chat, string message, string text, string trigger = "submit-message") => new()
    {
        ["id"] = chat,
        ["messages"] = new JsonArray(new JsonObject { ["id"] = message, ["role"] = "user", ["parts"] = new JsonArray(Text(text)) }),
        ["trigger"] = trigger,
    };

    private static JsonObject Text(string text) => new() { ["type"] = "text", ["text"] = text };
}
