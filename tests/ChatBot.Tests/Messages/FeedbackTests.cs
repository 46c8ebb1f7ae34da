using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Billing;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Messages;

public sealed class FeedbackTests(TestStack stack)
{
    [Fact]
    public async Task Feedback_on_an_answer_shows_with_it_and_can_be_changed()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var path = $"/api/chats/{chat}/messages/{(await user.Send(chat, "Hello")).MessageId}";

        const string up = """{"value":"up","comment":null}""";
        const string down = """{"value":"down","comment":"Too short"}""";
        Assert.Equal(up, Shown((await user.Put($"{path}/feedback", new JsonObject { ["value"] = "up" })).Is(HttpStatusCode.OK).Json));
        Assert.Equal(up, Shown((await user.Get(path)).Json));
        Assert.Equal(down, Shown((await user.Put($"{path}/feedback", new JsonObject { ["value"] = "down", ["comment"] = "Too short" })).Is(HttpStatusCode.OK).Json));

        Assert.Equal([null, down], (await user.Messages(chat)).Select(Shown));
        (await user.Put($"{path}/feedback", new JsonObject { ["value"] = "up" })).Is(HttpStatusCode.OK);
        Assert.Equal([null, up], (await user.Messages(chat)).Select(Shown));
    }

    [Fact]
    public async Task Feedback_can_be_withdrawn()
    {
        var (user, other) = (await stack.NewUser(), await stack.NewUser());
        var chat = await user.NewChat();
        var path = $"/api/chats/{chat}/messages/{(await user.Send(chat, "Hello")).MessageId}";
        (await user.Put($"{path}/feedback", new JsonObject { ["value"] = "up", ["comment"] = "Good" })).Is(HttpStatusCode.OK);

        (await other.Delete($"{path}/feedback")).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await user.Delete($"{path}/feedback")).Is(HttpStatusCode.NoContent);

        Assert.Null(Shown((await user.Get(path)).Is(HttpStatusCode.OK).Json));
        (await user.Delete($"{path}/feedback")).IsProblem(HttpStatusCode.NotFound, "not_found");
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from public.message_feedback where user_id = $1", user.Id));
    }

    [Fact]
    public async Task Who_has_the_billing_role_reads_all_feedback_newest_first()
    {
        var finance = stack.Finance();
        List<string> given = [];
        foreach (var n in Enumerable.Range(1, 3))
        {
            var user = await stack.NewUser();
            var chat = await user.NewChat();
            var answer = (await user.Send(chat, "Hello")).MessageId;
            (await user.Put($"/api/chats/{chat}/messages/{answer}/feedback", new JsonObject { ["value"] = "down", ["comment"] = $"Comment {n}" })).Is(HttpStatusCode.OK);
            given.Insert(0, $"{answer} gpt-4o down Comment {n}");
        }

        // Others give feedback meanwhile.
        List<string> read = [];
        string? cursor = "";
        while (cursor is not null && !given.All(read.Contains))
        {
            var page = (await finance.Get($"/api/billing/feedback?limit=2&cursor={cursor}")).Is(HttpStatusCode.OK).Json;
            read.AddRange(page["items"]!.AsArray().Select(f => $"{f!["messageId"]} {f["model"]} {f["value"]} {f["comment"]}"));
            cursor = (string?)page["nextCursor"];
        }

        Assert.Equal(given, read.Where(given.Contains));
        (await finance.Get("/api/billing/feedback?cursor=x")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await finance.Get("/api/billing/feedback?limit=0")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Feedback_can_be_repeated()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var path = $"/api/chats/{chat}/messages/{(await user.Send(chat, "Hello")).MessageId}/feedback";

        var first = (await user.Put(path, new JsonObject { ["value"] = "up" })).Is(HttpStatusCode.OK);
        var second = (await user.Put(path, new JsonObject { ["value"] = "up" })).Is(HttpStatusCode.OK);

        Assert.Equal(first["feedback"], second["feedback"]);
        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from public.message_feedback where user_id = $1", user.Id));
    }

    [Theory]
    [InlineData("""{}""", "value")]
    [InlineData("""{"value":null}""", "value")]
    [InlineData("""{"value":"sideways"}""", "value")]
    [InlineData("""{"value":"UP"}""", "value")]
    [InlineData("""{"value":"up","comment":""}""", "comment")]
    [InlineData("""{"value":"up","comment":" \n "}""", "comment")]
    [InlineData("""{"value":"up","comment":"LONG"}""", "comment")]
    public async Task Feedback_that_is_neither_up_nor_down_or_says_too_much_is_refused(string body, string field)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var path = $"/api/chats/{chat}/messages/{(await user.Send(chat, "Hello")).MessageId}";

        var problem = (await user.SendRaw(HttpMethod.Put, $"{path}/feedback", body.Replace("LONG", new string('x', 2_001), StringComparison.Ordinal), []))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal([field], problem["errors"]!.AsObject().Select(e => e.Key));
        Assert.Null((await user.Get(path))["feedback"]);
    }

    [Fact]
    public async Task A_comment_may_have_2000_characters()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var path = $"/api/chats/{chat}/messages/{(await user.Send(chat, "Hello")).MessageId}/feedback";

        (await user.Put(path, new JsonObject { ["value"] = "up", ["comment"] = new string('é', 2_000) })).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task There_is_no_feedback_on_what_a_user_wrote()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = "Hello" })).Is(HttpStatusCode.Created);

        (await user.Put($"/api/chats/{chat}/messages/m/feedback", new JsonObject { ["value"] = "up" })).IsProblem(HttpStatusCode.NotFound, "not_found");

        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from public.message_feedback where user_id = $1", user.Id));
    }

    [Fact]
    public async Task Feedback_goes_with_its_answer()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var path = $"/api/chats/{chat}/messages/{(await user.Send(chat, "Hello")).MessageId}";
        (await user.Put($"{path}/feedback", new JsonObject { ["value"] = "up" })).Is(HttpStatusCode.OK);

        (await user.Delete(path)).Is(HttpStatusCode.NoContent);

        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from public.message_feedback where user_id = $1", user.Id));
    }

    private static string? Shown(JsonNode? message) => message!["feedback"]?.ToJsonString();
}
