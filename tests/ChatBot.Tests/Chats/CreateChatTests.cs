using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Chats;

public sealed class CreateChatTests(TestStack stack)
{
    [Fact]
    public async Task A_chat_of_nothing_has_the_defaults_and_an_id_of_the_servers()
    {
        var user = await stack.NewUser();

        var answer = (await user.Post("/api/chats", new JsonObject())).Is(HttpStatusCode.Created);

        Assert.Equal("New chat", answer["title"]);
        Assert.Equal("active", answer["status"]);
        Assert.Null(answer["model"]);
        Assert.Null(answer["systemPrompt"]);
        Assert.Equal(7, Guid.Parse(answer["id"]!).Version);
        Assert.Equal(answer["createdAt"], answer["updatedAt"]);
        Assert.Equal($"/api/chats/{answer["id"]}", answer.Headers["Location"]);
        Assert.InRange(DateTimeOffset.UtcNow - (DateTimeOffset)answer.Json["createdAt"]!, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
        Assert.EndsWith("+00:00", answer["createdAt"]!.Replace("Z", "+00:00", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_is_kept_as_it_was_made()
    {
        var user = await stack.NewUser();
        var body = new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["title"] = "Trip", ["model"] = "gpt-4o-mini", ["systemPrompt"] = "Be brief." };

        var created = (await user.Post("/api/chats", body)).Is(HttpStatusCode.Created);
        var read = (await user.Get($"/api/chats/{body["id"]}")).Is(HttpStatusCode.OK);

        foreach (var (name, value) in body)
        {
            Assert.Equal((string?)value, created[name]);
        }

        Assert.Equal(created.Body, read.Body);
        Assert.Equal(created.Headers["ETag"], read.Headers["ETag"]);
    }

    [Fact]
    public async Task The_longest_texts_are_kept_whole()
    {
        var user = await stack.NewUser();
        var (title, prompt) = (new string('t', 200), string.Concat(Enumerable.Repeat("né", 32 * 1024 / 3)));

        var answer = (await user.SendRaw(HttpMethod.Post, "/api/chats", $$"""{"title":"{{title}}","systemPrompt":"{{prompt}}"}""", [])).Is(HttpStatusCode.Created);

        Assert.Equal(title, answer["title"]);
        Assert.Equal(prompt, answer["systemPrompt"]);
    }

    [Theory]
    [InlineData("id", 0)]
    [InlineData("id", 201)]
    [InlineData("title", 0)]
    [InlineData("title", 201)]
    [InlineData("model", 0)]
    [InlineData("systemPrompt", 0)]
    [InlineData("systemPrompt", 32769)]
    public async Task A_text_of_the_wrong_length_is_refused_naming_its_field(string field, int length)
    {
        var user = await stack.NewUser();

        var problem = (await user.Post("/api/chats", new JsonObject { [field] = new string('x', length) })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal([field], problem["errors"]!.AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task A_system_prompt_is_measured_in_bytes()
    {
        var user = await stack.NewUser();

        var prompt = new string('é', (16 * 1024) + 1);
        var problem = (await user.SendRaw(HttpMethod.Post, "/api/chats", $$"""{"systemPrompt":"{{prompt}}"}""", [])).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.NotNull(problem["errors"]!["systemPrompt"]);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_body_is_told_at_once()
    {
        var user = await stack.NewUser();

        var problem = (await user.Post("/api/chats", new JsonObject { ["title"] = "", ["model"] = "gpt-1" })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal(["model", "title"], problem["errors"]!.AsObject().Select(e => e.Key).Order());
    }

    [Fact]
    public async Task A_model_that_is_not_configured_is_refused_as_another_would_answer()
    {
        var user = await stack.NewUser();

        var created = await user.Post("/api/chats", new JsonObject { ["model"] = "gpt-1" });
        var changed = await user.Patch($"/api/chats/{await user.NewChat()}", new JsonObject { ["model"] = "GPT-4o" });

        Assert.NotNull(created.IsProblem(HttpStatusCode.BadRequest, "invalid_request")["errors"]!["model"]);
        Assert.NotNull(changed.IsProblem(HttpStatusCode.BadRequest, "invalid_request")["errors"]!["model"]);
    }

    [Fact]
    public async Task A_user_whose_account_is_gone_cannot_make_chats()
    {
        var user = await stack.NewUser();
        await stack.Execute("delete from auth.users where id = $1", user.Id);

        var answer = await user.Post("/api/chats", new JsonObject());

        answer.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
    }
}
