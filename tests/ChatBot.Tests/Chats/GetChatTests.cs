using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Chats;

public sealed class GetChatTests(TestStack stack)
{
    [Fact]
    public async Task An_unchanged_chat_is_not_sent_again()
    {
        var user = await stack.NewUser();
        var path = $"/api/chats/{await user.NewChat()}";
        var first = (await user.Get(path)).Is(HttpStatusCode.OK);

        var again = (await user.Get(path, ("If-None-Match", first.Headers["ETag"]))).Is(HttpStatusCode.NotModified);

        Assert.Equal("", again.Body);
        Assert.Equal(first.Headers["ETag"], again.Headers["ETag"]);
        Assert.Equal(first.Headers["Cache-Control"], again.Headers["Cache-Control"]);
    }

    [Theory]
    [InlineData("\"1\", {0}")]
    [InlineData("\"1\",{0}")]
    [InlineData("W/{0}")]
    [InlineData("*")]
    public async Task The_state_that_a_client_has_can_be_told_in_every_form(string header)
    {
        var user = await stack.NewUser();
        var path = $"/api/chats/{await user.NewChat()}";
        var etag = (await user.Get(path)).Headers["ETag"];

        (await user.Get(path, ("If-None-Match", header.Replace("{0}", etag, StringComparison.Ordinal)))).Is(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("nonsense")]
    [InlineData("\"")]
    public async Task Another_state_than_the_clients_is_sent_whole(string header)
    {
        var user = await stack.NewUser();

        (await user.Get($"/api/chats/{await user.NewChat()}", ("If-None-Match", header))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_changed_chat_is_sent_again()
    {
        var user = await stack.NewUser();
        var path = $"/api/chats/{await user.NewChat()}";
        var etag = (await user.Get(path)).Headers["ETag"];
        await user.Patch(path, new JsonObject { ["title"] = "Changed" });

        var answer = (await user.Get(path, ("If-None-Match", etag))).Is(HttpStatusCode.OK);

        Assert.Equal("Changed", answer["title"]);
        Assert.NotEqual(etag, answer.Headers["ETag"]);
    }

    [Fact]
    public async Task A_chat_is_found_by_its_id_in_any_case()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        Assert.Equal(chat, (await user.Get($"/api/chats/{chat.ToUpperInvariant()}"))["id"]);
    }

    [Fact]
    public async Task A_chat_is_found_by_the_text_that_its_client_named_it_by()
    {
        var (user, other) = (await stack.NewUser(), await stack.NewUser());
        var body = new JsonObject { ["id"] = "my holiday", ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Hello" }) };
        (await user.Post("/api/chat", body)).Is(HttpStatusCode.OK);

        var chat = (await user.Get("/api/chats/my%20holiday")).Is(HttpStatusCode.OK)["id"];

        (await user.Get($"/api/chats/{chat}")).Is(HttpStatusCode.OK);
        (await other.Get("/api/chats/my%20holiday")).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("1")]
    [InlineData("%F0%9F%92%A9")]
    [InlineData("a%2Fb")]
    [InlineData("%ff%fe")]
    [InlineData("'%20or%20'1'='1")]
    public async Task An_id_that_nothing_has_is_not_found_whatever_its_form(string id)
    {
        var user = await stack.NewUser();

        (await user.Get($"/api/chats/{id}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Delete($"/api/chats/{id}")).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_deleted_chat_is_gone_with_its_messages()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await user.Send(chat, "Hello");

        Assert.Equal("", (await user.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent).Body);

        (await user.Get($"/api/chats/{chat}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Get($"/api/chats/{chat}/messages")).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Delete($"/api/chats/{chat}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        Assert.Empty((await user.Get("/api/chats")).Json["items"]!.AsArray());
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from public.messages where user_id = $1", user.Id));
    }
}
