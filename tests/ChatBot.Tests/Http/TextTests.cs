using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Functions.Http;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

/// <summary>Whatever Unicode a user sends reads back unchanged, or is refused naming the rule.</summary>
public sealed class TextTests(TestStack stack)
{
    public static TheoryData<string> Texts =>
    [
        "plain",
        "  spaces kept  ",
        "line\r\nbreaks\tand\u0001control\u007F",
        "\"quotes\" \\ and </script>",
        "emoji 👩🏽‍🚀 🏳️‍🌈 𝄞",
        "漢字かな交じり文 한국어",
        "עברית and عربية \u202Eoverride\u202C",
        "combining e\u0301 and composed \u00E9 stay apart",
        "\uFEFFmark \u200Bzero width \uFFFD replaced \uFFFF last",
        "' or 1=1; drop table chats; -- $1 {0} %s",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_text_reads_back_unchanged(string text)
    {
        var user = await stack.NewUser();

        var created = (await user.Post("/api/chats", new JsonObject { ["title"] = text, ["systemPrompt"] = text })).Is(HttpStatusCode.Created);
        var chat = created["id"]!;
        var id = ClientId.IsAddressable(text) ? text : null;
        var message = (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = id, ["content"] = text })).Is(HttpStatusCode.Created);
        var read = await user.Get($"/api/chats/{chat}");

        Assert.Equal(text, created["title"]);
        Assert.Equal(text, read["title"]);
        Assert.Equal(text, read["systemPrompt"]);
        Assert.Equal(id, message["clientId"]);
        Assert.Equal(text, (string?)(await user.Messages(chat))[0]!["content"]);
    }

    [Theory]
    [InlineData("{\"title\":\"a\\u0000b\"}", "title")]
    [InlineData("{\"systemPrompt\":\"\\u0000\"}", "systemPrompt")]
    public async Task A_text_with_U_0000_is_refused_naming_the_field(string body, string field)
    {
        var user = await stack.NewUser();

        var problem = (await user.SendRaw(HttpMethod.Post, "/api/chats", body, [])).IsProblem(HttpStatusCode.UnprocessableEntity, "unprocessable_text");

        Assert.Contains("U+0000", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Contains(field, (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("a\\udc00b")]
    [InlineData("\\ud83d\\ud83d")]
    [InlineData("\\udc00\\ud800")]
    public async Task Half_of_a_surrogate_pair_is_refused_naming_the_rule(string text)
    {
        var user = await stack.NewUser();

        var problem = (await user.SendRaw(HttpMethod.Post, "/api/chats", $$"""{"title":"{{text}}"}""", []))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "unprocessable_text");

        Assert.Contains("surrogate", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_body_with_a_text_refuses_what_cannot_be_stored()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var answer = (await user.Send(chat, "Hello")).MessageId;
        (HttpMethod, string, string)[] requests =
        [
            (HttpMethod.Patch, $"/api/chats/{chat}", "{\"title\":\"X\"}"),
            (HttpMethod.Post, $"/api/chats/{chat}/messages", "{\"content\":\"X\"}"),
            (HttpMethod.Post, $"/api/chats/{chat}/messages", "{\"content\":\"a\",\"id\":\"X\"}"),
            (HttpMethod.Patch, $"/api/chats/{chat}/messages/{answer}", "{\"content\":\"X\"}"),
            (HttpMethod.Put, $"/api/chats/{chat}/messages/{answer}/feedback", "{\"value\":\"up\",\"comment\":\"X\"}"),
            (HttpMethod.Patch, "/api/preferences", "{\"openaiSettings\":{\"preferred_model\":\"X\"}}"),
            (HttpMethod.Post, $"/api/chats/{chat}/stream", "{\"message\":{\"content\":\"X\"}}"),
            (HttpMethod.Post, $"/api/chats/{chat}/stream", "{\"message\":{\"content\":\"a\",\"id\":\"X\"}}"),
        ];

        foreach (var (method, path, body) in requests)
        {
            foreach (var text in (string[])["a\\u0000", "\\ud800"])
            {
                (await user.SendRaw(method, path, body.Replace("X", text, StringComparison.Ordinal), []))
                    .IsProblem(HttpStatusCode.UnprocessableEntity, "unprocessable_text");
            }
        }
    }
}
