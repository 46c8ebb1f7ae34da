using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Messages;

public sealed class CreateMessageTests(TestStack stack)
{
    [Fact]
    public async Task A_message_is_stored_without_a_model_being_called()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var answer = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "Note to self" })).Is(HttpStatusCode.Created);

        Assert.Equal(chat, answer["chatId"]);
        Assert.Equal("user", answer["role"]);
        Assert.Equal("Note to self", answer["content"]);
        Assert.Equal("complete", answer["status"]);
        Assert.Equal(7, Guid.Parse(answer["id"]!).Version);
        foreach (var absent in (string[])["clientId", "model", "finishReason", "receipt", "feedback"])
        {
            Assert.True(answer.Json.AsObject().ContainsKey(absent));
            Assert.Null(answer[absent]);
        }

        Assert.Equal($"/api/chats/{chat}/messages/{answer["id"]}", answer.Headers["Location"]);
        Assert.Equal(answer.Body, (await user.Get(answer.Headers["Location"])).Is(HttpStatusCode.OK).Body);
        Assert.Single(await user.Messages(chat));
    }

    [Theory]
    [InlineData("msg-1")]
    [InlineData("0b54b3f6-0a1b-4c38-9f13-9d3c3f0f7a11")]
    public async Task The_same_create_again_gives_the_first_message(string id)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var body = new JsonObject { ["id"] = id.Replace("0b54", Random.Shared.Next(4096, 65536).ToString("x4", null), StringComparison.Ordinal), ["content"] = "Hello" };

        var first = (await user.Post($"/api/chats/{chat}/messages", body)).Is(HttpStatusCode.Created);
        var second = (await user.Post($"/api/chats/{chat}/messages", body)).Is(HttpStatusCode.OK);

        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Headers["Location"], second.Headers["Location"]);
        Assert.Single(await user.Messages(chat));
    }

    [Fact]
    public async Task The_same_create_many_times_at_once_makes_one_message_and_refuses_nobody()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        for (var round = 0; round < 5; round++)
        {
            var body = new JsonObject { ["id"] = $"m{round}", ["content"] = "Hello" }.ToJsonString();

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.SendRaw(HttpMethod.Post, $"/api/chats/{chat}/messages", body, [])));

            Assert.Equal(1, answers.Count(a => a.Status == HttpStatusCode.Created));
            Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => a.Is(HttpStatusCode.OK));
        }

        Assert.Equal(5, (await user.Messages(chat)).Count);
    }

    [Theory]
    [InlineData("""{}""", "content")]
    [InlineData("""{"content":null}""", "content")]
    [InlineData("""{"content":""}""", "content")]
    [InlineData("""{"content":"x","id":""}""", "id")]
    public async Task A_message_without_a_text_or_a_name_is_refused_naming_the_field(string body, string field)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var problem = (await user.SendRaw(HttpMethod.Post, $"/api/chats/{chat}/messages", body, [])).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal([field], problem["errors"]!.AsObject().Select(e => e.Key));
        Assert.Empty(await user.Messages(chat));
    }

    [Fact]
    public async Task A_text_of_256_KiB_is_kept_whole_and_a_longer_one_is_refused()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        // Different words, so that the index has something to do.
        var text = string.Join(' ', Enumerable.Range(0, 60_000).Select(n => n.ToString("x", null)))[..(256 * 1024)];

        var stored = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = text })).Is(HttpStatusCode.Created);
        var problem = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = text + "é" })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal(text, stored["content"]);
        Assert.NotNull(problem["errors"]!["content"]);
    }

    [Fact]
    public async Task The_longest_text_of_what_the_index_takes_apart_most_is_kept_too()
    {
        var user = await stack.NewUser();
        const string letters = "abcdefghijklmnopqrstuvwxyz";
        // An address is three words to the index: the whole, the host and the path.
        var addresses = from a in letters from b in letters from c in letters from d in letters select $"{a}{b}.{c}o/{d}";
        var text = string.Join(' ', addresses)[..(256 * 1024)];

        (await user.Post($"/api/chats/{await user.NewChat()}/messages", new JsonObject { ["content"] = text })).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_body_of_more_than_a_mebibyte_is_too_large()
    {
        var user = await stack.NewUser();

        (await user.Post($"/api/chats/{await user.NewChat()}/messages", new JsonObject { ["content"] = new string('x', 1024 * 1024) }))
            .IsProblem(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }
}
