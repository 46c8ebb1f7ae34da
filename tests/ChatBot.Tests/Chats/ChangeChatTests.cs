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
    public async Task An_empty_text_takes_a_model_or_a_system_prompt_away(string member)
    {
        var user = await stack.NewUser();
        var chat = await NewFullChat(user);

        var after = (await user.Patch($"/api/chats/{chat["id"]}", new JsonObject { [member] = "" })).Is(HttpStatusCode.OK);

        Assert.Null(after[member]);
        Assert.Equal(chat["title"], after["title"]);
    }

    [Fact]
    public async Task A_null_is_as_if_it_were_absent()
    {
        var user = await stack.NewUser();
        var chat = await NewFullChat(user);

        var after = (await user.Patch($"/api/chats/{chat["id"]}", new JsonObject { ["title"] = null, ["model"] = null })).Is(HttpStatusCode.OK);

        Assert.Equal(chat["title"], after["title"]);
        Assert.Equal(chat["model"], after["model"]);
    }

    [Theory]
    [InlineData("title", "")]
    [InlineData("status", "deleted")]
    [InlineData("status", "")]
    public async Task A_value_that_cannot_be_is_refused_naming_its_field(string field, string value)
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
    private static async Task<TestAnswer> NewFullChat(TestUser user) => (await user.Post(
        "/api/chats", new JsonObject { ["title"] = "Trip", ["model"] = "gpt-4o", ["systemPrompt"] = "Be brief." })).Is(HttpStatusCode.Created);
}
