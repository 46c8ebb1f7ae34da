using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Chats;

public sealed class RepeatedCreateTests(TestStack stack)
{
    [Fact]
    public async Task The_same_create_again_gives_the_first_chat()
    {
        var user = await stack.NewUser();
        var body = new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["title"] = "Trip", ["systemPrompt"] = "Be brief." };

        var first = (await user.Post("/api/chats", body)).Is(HttpStatusCode.Created);
        var second = (await user.Post("/api/chats", body)).Is(HttpStatusCode.OK);

        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Headers["ETag"], second.Headers["ETag"]);
        Assert.Equal(first.Headers["Location"], second.Headers["Location"]);
        Assert.Single((await user.Get("/api/chats")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_chat_may_be_created_under_any_text_as_its_id()
    {
        var user = await stack.NewUser();
        var body = new JsonObject { ["id"] = "Zk3fPq0Lm9xYtB7a", ["title"] = "Trip" };

        var first = (await user.Post("/api/chats", body)).Is(HttpStatusCode.Created);
        var second = (await user.Post("/api/chats", body)).Is(HttpStatusCode.OK);

        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Body, (await user.Get("/api/chats/Zk3fPq0Lm9xYtB7a")).Body);
    }

    [Fact]
    public async Task The_same_create_many_times_at_once_makes_one_chat_and_refuses_nobody()
    {
        var user = await stack.NewUser();
        for (var round = 0; round < 5; round++)
        {
            var body = new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["title"] = $"Round {round}" }.ToJsonString();

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.SendRaw(HttpMethod.Post, "/api/chats", body, [])));

            Assert.Equal(1, answers.Count(a => a.Status == HttpStatusCode.Created));
            Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => a.Is(HttpStatusCode.OK));
        }
    }

    [Theory]
    [InlineData("title", "Another")]
    [InlineData("model", "gpt-4o-mini")]
    [InlineData("systemPrompt", "Be long.")]
    public async Task Another_create_under_the_same_id_is_refused_and_changes_nothing(string member, string value)
    {
        var user = await stack.NewUser();
        var body = new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["title"] = "Trip" };
        var first = (await user.Post("/api/chats", body)).Is(HttpStatusCode.Created);
        body[member] = value;

        (await user.Post("/api/chats", body)).IsProblem(HttpStatusCode.Conflict, "id_in_use");

        Assert.Equal(first.Body, (await user.Get($"/api/chats/{body["id"]}")).Body);
    }

    [Fact]
    public async Task An_id_of_somebody_else_is_refused_without_a_word_about_them()
    {
        var (owner, other) = (await stack.NewUser(), await stack.NewUser());
        var chat = await owner.NewChat();

        var problem = (await other.Post("/api/chats", new JsonObject { ["id"] = chat, ["title"] = "A chat" })).IsProblem(HttpStatusCode.Conflict, "id_in_use");

        Assert.DoesNotContain(owner.Id.ToString(), problem.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Empty((await other.Get("/api/chats")).Json["items"]!.AsArray());
    }
}
