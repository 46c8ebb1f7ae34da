using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Messages;

public sealed class MessageIfMatchTests(TestStack stack)
{
    [Fact]
    public async Task A_message_of_an_older_state_is_neither_changed_nor_deleted()
    {
        var (user, path) = await NewMessage();
        var first = (await user.Get(path)).Is(HttpStatusCode.OK).Headers["ETag"];
        var current = (await user.Patch(path, new JsonObject { ["content"] = "Mine" }, ("If-Match", first))).Is(HttpStatusCode.OK).Headers["ETag"];

        foreach (var etag in (string[])[first, "\"nonsense\"", "nonsense", $"W/{current}", $"{first}, \"0\""])
        {
            (await user.Patch(path, new JsonObject { ["content"] = "Theirs" }, ("If-Match", etag))).IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
            (await user.Delete(path, ("If-Match", etag))).IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
        }

        Assert.Equal("Mine", (await user.Get(path))["content"]);
        var last = (await user.Patch(path, new JsonObject { ["content"] = "Theirs" }, ("If-Match", $"\"0\", {current}"))).Is(HttpStatusCode.OK).Headers["ETag"];
        (await user.Delete(path, ("If-Match", last))).Is(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Of_changes_at_the_same_time_that_know_the_same_state_one_wins()
    {
        var (user, path) = await NewMessage();
        var etag = (await user.Get(path)).Headers["ETag"];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => user.Patch(path, new JsonObject { ["content"] = $"Writer {n}" }, ("If-Match", etag))));

        var winner = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != winner), a => a.IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed"));
        Assert.Equal(winner["content"], (await user.Get(path))["content"]);
    }

    [Fact]
    public async Task Any_state_will_do_where_the_client_says_so()
    {
        var (user, path) = await NewMessage();

        (await user.Patch(path, new JsonObject { ["content"] = "x" }, ("If-Match", "*"))).Is(HttpStatusCode.OK);
        (await user.Delete(path, ("If-Match", "*"))).Is(HttpStatusCode.NoContent);
        (await user.Delete(path, ("If-Match", "*"))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Delete(path, ("If-Match", "\"1\""))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Patch(path, new JsonObject { ["content"] = "x" }, ("If-Match", "\"1\""))).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task An_etag_changes_with_all_that_a_message_shows()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var answer = (await user.Send(chat, "Hello")).MessageId;
        await stack.WaitUntilRecorded(answer);
        var path = $"/api/chats/{chat}/messages/{answer}";
        var before = (await user.Get(path)).Is(HttpStatusCode.OK).Headers["ETag"];

        (await user.Get(path, ("If-None-Match", before))).Is(HttpStatusCode.NotModified);
        var up = (await user.Put($"{path}/feedback", new JsonObject { ["value"] = "up" })).Is(HttpStatusCode.OK).Headers["ETag"];

        Assert.NotEqual(before, up);
        (await user.Get(path, ("If-None-Match", before))).Is(HttpStatusCode.OK);
        (await user.Get(path, ("If-None-Match", up))).Is(HttpStatusCode.NotModified);
        (await user.Delete(path, ("If-Match", before))).IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
    }

    private async Task<(TestUser User, string Path)> NewMessage()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = "Hello" })).Is(HttpStatusCode.Created);
        return (user, $"/api/chats/{chat}/messages/m");
    }
}
