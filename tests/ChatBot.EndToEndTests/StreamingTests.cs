using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

public class StreamingTests(PublishedProgram published)
{
    [Fact]
    public async Task A_chat_streams_persists_meters_and_is_refused_at_the_cap()
    {
        await using var app = await published.Start("streaming");
        var user = await published.NewUser(new Uri(app.BaseUrl));
        var chat = await NewChat(user);

        var stream = EventStreamText.Parse((await Send(user, chat, "Hello. [[tokens=50]]")).Is(HttpStatusCode.OK).Body);
        await Until(async () => (int)(await user.Get("/api/usage")).Json["tokens"]!["used"]! > 50, TimeSpan.FromSeconds(20));
        var messages = await Messages(user, chat);
        await using var cap = published.Database.CreateCommand("insert into billing.user_plans (user_id, plan_id, token_cap) values ($1, 'free', 300)");
        cap.Parameters.Add(new() { Value = user.Id });
        await cap.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var refused = await Send(user, chat, new string('x', 300));

        Assert.Equal(stream.Text, (string?)messages[1]!["content"]);
        Assert.Equal("reported", (string?)messages[1]!["receipt"]!["quality"]);
        var problem = refused.IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        Assert.Equal("tokens", (string?)problem["cap"]);
        Assert.NotNull(problem["resetsAt"]);
    }

    [Fact]
    public async Task Every_operation_answers()
    {
        await using var app = await published.Start(
            "operations", ("Models__0__Name", "gpt-4o"), ("Models__1__Name", "gpt-4o-mini"), ("Models__1__Provider", "azure"));
        var user = await published.NewUser(new Uri(app.BaseUrl));
        var chat = await NewChat(user);

        (await user.Get("/api/health")).Is(HttpStatusCode.OK);
        (await user.Get("/api/chats?status=active&limit=1")).Is(HttpStatusCode.OK);
        (await user.Get($"/api/chats/{chat}")).Is(HttpStatusCode.OK);
        (await user.Patch($"/api/chats/{chat}", new JsonObject { ["title"] = "Renamed", ["model"] = "gpt-4o-mini" })).Is(HttpStatusCode.OK);
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m1", ["content"] = "Noted." })).Is(HttpStatusCode.Created);
        (await user.Patch($"/api/chats/{chat}/messages/m1", new JsonObject { ["content"] = "Noted, too." })).Is(HttpStatusCode.OK);
        var stream = EventStreamText.Parse((await Send(user, chat, "By Azure. [[tokens=5]]")).Is(HttpStatusCode.OK).Body);
        (await user.Put($"/api/chats/{chat}/messages/{stream.MessageId}/feedback", new JsonObject { ["value"] = "up" })).Is(HttpStatusCode.OK);
        (await user.Get($"/api/chats/{chat}/messages?after=0")).Is(HttpStatusCode.OK);
        (await user.Get($"/api/chats/{chat}/messages/m1")).Is(HttpStatusCode.OK);
        (await user.Get($"/api/chats/{chat}/stream")).Is(HttpStatusCode.NoContent);
        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        (await user.Delete($"/api/chats/{chat}/messages/m1")).Is(HttpStatusCode.NoContent);
        (await user.Get("/api/preferences")).Is(HttpStatusCode.OK);
        (await user.Patch("/api/preferences", new JsonObject { ["theme"] = "dark" })).Is(HttpStatusCode.OK);
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-own-0123456789abcdef" })).Is(HttpStatusCode.OK);
        (await user.Post("/api/chat", JsonNode.Parse("""{"chatId":"c","model":"gpt-4o","messages":[{"role":"user","content":"By my key. [[tokens=5]]"}]}"""))).Is(HttpStatusCode.OK);
        (await user.Delete("/api/preferences/openai-key")).Is(HttpStatusCode.NoContent);
        (await user.Get("/api/models")).Is(HttpStatusCode.OK);
        (await user.Get("/api/usage")).Is(HttpStatusCode.OK);
        (await Send(user, chat, "Estimate this. [[tokens=9 usage=off]]")).Is(HttpStatusCode.OK);
        await Until(async () => (await Messages(user, chat)).Any(m => (string?)m!["receipt"]?["quality"] == "estimated"), TimeSpan.FromSeconds(20));
        (await user.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent);
        (await user.SendRaw(HttpMethod.Post, "/api/chats", "{", [])).IsProblem(HttpStatusCode.BadRequest, "invalid_json");
        Assert.DoesNotContain(app.Output, line => line.Contains("unexpectedly", StringComparison.Ordinal));
    }

    internal static async Task<string> NewChat(TestUser user) =>
        (await user.Post("/api/chats", new JsonObject { ["title"] = "A chat" })).Is(HttpStatusCode.Created)["id"]!;

    internal static Task<ApiResponse> Send(TestUser user, string chat, string content) =>
        user.Post($"/api/chats/{chat}/stream", SendBody(content));

    internal static JsonObject SendBody(string content, string? messageId = null) =>
        new() { ["message"] = messageId is null ? new JsonObject { ["content"] = content } : new JsonObject { ["id"] = messageId, ["content"] = content } };

    internal static async Task<JsonArray> Messages(TestUser user, string chat) =>
        (await user.Get($"/api/chats/{chat}/messages")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();

    internal static async Task Until(Func<Task<bool>> isSo, TimeSpan timeout)
    {
        var deadline = TimeProvider.System.GetUtcNow() + timeout;
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Not within {timeout.TotalSeconds} s.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
