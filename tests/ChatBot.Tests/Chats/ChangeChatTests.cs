using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Chats;

public sealed class ChangeChatTests(TestStack stack)
{
    [Theory]
    [InlineData("title", "Another title")]
    [InlineData("status", "archived")]
    [InlineData("model", "gpt-4o-mini")]
    [InlineData("systemPrompt", "Be long.")]
    public async Task One_member_is_changed_and_the_others_stay(string member, string value)
    {
        var user = await stack.NewUser();
        var before = await NewFullChat(user);

        var after = (await user.Patch($"/api/chats/{before["id"]}", new JsonObject { [member] = value })).Is(HttpStatusCode.OK);

        foreach (var (name, old) in before.Json.AsObject().Where(m => m.Key != "updatedAt"))
        {
            Assert.Equal(name == member ? value : old?.ToString(), after[name]);
        }

        Assert.True((DateTimeOffset)after.Json["updatedAt"]! > (DateTimeOffset)before.Json["updatedAt"]!);
        Assert.Equal(after.Body, (await user.Get($"/api/chats/{before["id"]}")).Body);
    }

    [Theory]
    [InlineData("model")]
    [InlineData("systemPrompt")]
    public async Task A_null_or_an_empty_text_takes_a_model_or_a_system_prompt_away(string member)
    {
        var user = await stack.NewUser();

        foreach (var nothing in (string?[])["", null])
        {
            var chat = await NewFullChat(user);

            var after = (await user.Patch($"/api/chats/{chat["id"]}", new JsonObject { [member] = nothing })).Is(HttpStatusCode.OK);

            Assert.Null(after[member]);
            foreach (var other in (string[])["title", "status", member == "model" ? "systemPrompt" : "model"])
            {
                Assert.Equal(chat[other], after[other]);
            }
        }
    }

    [Fact]
    public async Task A_change_of_nothing_leaves_the_chat_at_its_time_and_place()
    {
        var user = await stack.NewUser();
        var chat = await NewFullChat(user);
        var newer = await user.NewChat();

        var after = (await user.Patch($"/api/chats/{chat["id"]}", new JsonObject())).Is(HttpStatusCode.OK);

        Assert.Equal(chat.Body, after.Body);
        Assert.Equal(chat.Headers["ETag"], after.Headers["ETag"]);
        Assert.Equal([newer, chat["id"]], (await user.Get("/api/chats")).Json["items"]!.AsArray().Select(c => (string?)c!["id"]));
        (await user.Patch($"/api/chats/{chat["id"]}", new JsonObject(), ("If-Match", "\"1\""))).IsProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
        (await user.Patch($"/api/chats/{Guid.NewGuid()}", new JsonObject())).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_model_that_the_plan_does_not_allow_is_refused_at_the_chat()
    {
        var user = await stack.NewUser();
        var chat = await NewFullChat(user);
        await stack.LimitModels(user, "gpt-4o");

        var changed = (await user.Patch($"/api/chats/{chat["id"]}", new JsonObject { ["model"] = "gpt-4o-mini" })).IsProblem(HttpStatusCode.Forbidden, "model_not_allowed");
        (await user.Post("/api/chats", new JsonObject { ["model"] = "gpt-4o-mini" })).IsProblem(HttpStatusCode.Forbidden, "model_not_allowed");

        Assert.Contains("gpt-4o-mini", (string?)changed["detail"], StringComparison.Ordinal);
        Assert.Equal(chat.Body, (await user.Get($"/api/chats/{chat["id"]}")).Body);
        (await user.Post("/api/chats", new JsonObject { ["model"] = "gpt-4o" })).Is(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("title", "")]
    [InlineData("title", " \t\n ")]
    [InlineData("title", "\u00A0\u3000")]
    [InlineData("title", null)]
    [InlineData("status", "deleted")]
    [InlineData("status", "")]
    [InlineData("status", null)]
    public async Task A_value_that_cannot_be_is_refused_naming_its_field(string field, string? value)
    {
        var user = await stack.NewUser();
        var chat = await NewFullChat(user);

        var problem = (await user.Patch($"/api/chats/{chat["id"]}", new JsonObject { [field] = value })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal([field], problem["errors"]!.AsObject().Select(e => e.Key));
        Assert.Equal(chat.Body, (await user.Get($"/api/chats/{chat["id"]}")).Body);
    }

    [Theory]
    [InlineData("title", 201)]
    [InlineData("systemPrompt", 32769)]
    public async Task A_text_that_is_too_long_is_refused_naming_its_field(string field, int length)
    {
        var user = await stack.NewUser();

        var problem = (await user.Patch($"/api/chats/{await user.NewChat()}", new JsonObject { [field] = new string('x', length) }))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.NotNull(problem["errors"]![field]);
    }

    [Fact]
    public async Task What_belongs_to_the_server_cannot_be_changed()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        foreach (var member in (string[])["id", "createdAt", "updatedAt", "userId", "user_id"])
        {
            (await user.Patch($"/api/chats/{chat}", new JsonObject { [member] = Guid.NewGuid().ToString() })).IsProblem(HttpStatusCode.BadRequest, "invalid_json");
        }
    }
    private static async Task<ApiResponse> NewFullChat(TestUser user) => (await user.Post(
        "/api/chats", new JsonObject { ["title"] = "Trip", ["model"] = "gpt-4o", ["systemPrompt"] = "Be brief." })).Is(HttpStatusCode.Created);
}
