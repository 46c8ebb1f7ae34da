using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

public sealed class ResponseHeaderTests(TestStack stack)
{
    [Fact]
    public async Task No_answer_is_sniffed_nor_names_the_server()
    {
        var user = await stack.NewUser();
        var nobody = new TestUser(Guid.Empty, "", stack.Program.Address);
        var chat = await user.NewChat();
        ApiResponse[] answers =
        [
            await nobody.Get("/"),
            await nobody.Get("/api/health"),
            (await nobody.Get("/api/chats")).Is(HttpStatusCode.Unauthorized),
            (await user.Get("/api/nothing")).Is(HttpStatusCode.NotFound),
            (await user.Get("/api/chats")).Is(HttpStatusCode.OK),
            (await user.Post("/api/chats", new JsonObject())).Is(HttpStatusCode.Created),
            (await user.SendRaw(HttpMethod.Post, "/api/chats", "{", [])).Is(HttpStatusCode.BadRequest),
            (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hello"))).Is(HttpStatusCode.OK),
            (await user.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent),
        ];

        Assert.All(answers, answer =>
        {
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.DoesNotContain("Server", answer.Headers.Keys);
            Assert.DoesNotContain("X-Powered-By", answer.Headers.Keys);
        });
    }

    [Fact]
    public async Task Personal_data_and_problems_are_not_stored_by_caches()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var message = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "Hello" })).Is(HttpStatusCode.Created)["id"];

        foreach (var path in (string[])["/api/chats", $"/api/chats/{chat}/messages", "/api/preferences", "/api/usage", "/api/chats/unknown"])
        {
            Assert.Equal("no-store", (await user.Get(path)).Headers["Cache-Control"]);
        }

        // With an ETag, the user's own browser may keep it and ask each time.
        foreach (var path in (string[])[$"/api/chats/{chat}", $"/api/chats/{chat}/messages/{message}"])
        {
            Assert.Equal("private, no-cache", (await user.Get(path)).Headers["Cache-Control"]
                .Replace("no-cache, private", "private, no-cache", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_problem_names_its_operation_instance_and_trace()
    {
        var user = await stack.NewUser();

        var problem = (await user.Get("/api/chats/caf%C3%A9%20%3F", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")))
            .IsProblem(HttpStatusCode.NotFound, "not_found");

        Assert.Equal("urn:chatbot:problem:not_found", (string?)problem["type"]);
        Assert.Equal("getChat", (string?)problem["operation"]);
        Assert.Equal("/api/chats/caf%C3%A9%20%3F", (string?)problem["instance"]);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (string?)problem["traceId"]);
    }
}
