using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Chats;

public sealed class IfMatchTests(TestStack stack)
{
    [Fact]
    public async Task A_change_of_an_older_state_is_refused_and_changes_nothing()
    {
        var user = await stack.NewUser();
        var chat = (await user.Post("/api/chats", new JsonObject { ["title"] = "Trip" })).Is(HttpStatusCode.Created);
        var path = $"/api/chats/{chat["id"]}";
        var current = (await user.Patch(path, new JsonObject { ["title"] = "Mine" }, ("If-Match", chat.Headers["ETag"]))).Is(HttpStatusCode.OK);

        (await user.Patch(path, new JsonObject { ["title"] = "Theirs" }, ("If-Match", chat.Headers["ETag"]))).IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");

        Assert.Equal("Mine", (await user.Get(path))["title"]);
        (await user.Patch(path, new JsonObject { ["title"] = "Theirs" }, ("If-Match", current.Headers["ETag"]))).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("\"nonsense\"")]
    [InlineData("W/\"1\"")]
    [InlineData("\"7fffffffffffffff\"")]
    [InlineData("\"0\"")]
    [InlineData("\"-1\"")]
    public async Task An_etag_that_is_none_of_ours_matches_nothing(string etag)
    {
        var user = await stack.NewUser();

        (await user.Patch($"/api/chats/{await user.NewChat()}", new JsonObject { ["title"] = "x" }, ("If-Match", etag)))
            .IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
    }

    [Fact]
    public async Task A_chat_of_an_older_state_is_not_deleted()
    {
        var user = await stack.NewUser();
        var chat = (await user.Post("/api/chats", new JsonObject { ["title"] = "Trip" })).Is(HttpStatusCode.Created);
        var path = $"/api/chats/{chat["id"]}";
        var current = (await user.Patch(path, new JsonObject { ["title"] = "Mine" })).Is(HttpStatusCode.OK);

        foreach (var etag in (string[])[chat.Headers["ETag"], "\"nonsense\"", $"W/{current.Headers["ETag"]}"])
        {
            (await user.Delete(path, ("If-Match", etag))).IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
        }

        Assert.Equal("Mine", (await user.Get(path))["title"]);
        (await user.Delete(path, ("If-Match", current.Headers["ETag"]))).Is(HttpStatusCode.NoContent);
        (await user.Delete(path, ("If-Match", current.Headers["ETag"]))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Delete($"/api/chats/{await user.NewChat()}", ("If-Match", "*"))).Is(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Any_state_will_do_where_the_client_says_so()
    {
        var user = await stack.NewUser();

        (await user.Patch($"/api/chats/{await user.NewChat()}", new JsonObject { ["title"] = "x" }, ("If-Match", "*"))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_changes_at_the_same_time_that_know_the_same_state_one_wins()
    {
        var user = await stack.NewUser();
        var chat = (await user.Post("/api/chats", new JsonObject { ["title"] = "Trip" })).Is(HttpStatusCode.Created);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n =>
            user.Patch($"/api/chats/{chat["id"]}", new JsonObject { ["title"] = $"Writer {n}" }, ("If-Match", chat.Headers["ETag"]))));

        var winner = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != winner), a => a.IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed"));
        Assert.Equal(winner["title"], (await user.Get($"/api/chats/{chat["id"]}"))["title"]);
    }

    [Fact]
    public async Task A_chat_that_is_not_there_is_not_found_whatever_its_state_should_be()
    {
        var user = await stack.NewUser();

        (await user.Patch($"/api/chats/{Guid.NewGuid()}", new JsonObject { ["title"] = "x" }, ("If-Match", "\"1\""))).IsProblem(HttpStatusCode.NotFound, "not_found");
    }
}
