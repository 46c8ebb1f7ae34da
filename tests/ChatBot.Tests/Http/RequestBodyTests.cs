using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

public sealed class RequestBodyTests(TestStack stack)
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("title=Hello")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[{\"title\":\"Hello\"}]")]
    [InlineData("\"Hello\"")]
    [InlineData("{\"title\":\"Hello\"} {}")]
    [InlineData("{\"title\":\"Hello\",}")]
    [InlineData("{\"title\":\"Hello\"/* why */}")]
    [InlineData("{'title':'Hello'}")]
    [InlineData("{\"title\":\"two\nlines\"}")]
    [InlineData("{\"title\":\"Hello\",\"color\":\"red\"}")]
    [InlineData("{\"Title\":\"Hello\"}")]
    [InlineData("{\"title\":\"Hello\",\"title\":\"Hello\"}")]
    [InlineData("{\"title\":\"Hello\",\"\\u0074itle\":\"Hello\"}")]
    [InlineData("{\"title\":7}")]
    [InlineData("{\"title\":true}")]
    [InlineData("{\"title\":[\"Hello\"]}")]
    [InlineData("{\"title\":{\"en\":\"Hello\"}}")]
    [InlineData("{\"id\":7}")]
    [InlineData("{\"\\ud800\":\"Hello\"}")]
    public async Task A_body_that_is_not_the_json_asked_for_is_refused(string body)
    {
        var user = await stack.NewUser();

        var problem = (await user.SendRaw(HttpMethod.Post, "/api/chats", body, [])).IsProblem(HttpStatusCode.BadRequest, "invalid_json");

        Assert.Equal("createChat", (string?)problem["operation"]);
        Assert.Equal("/api/chats", (string?)problem["instance"]);
        Assert.Empty((await user.Get("/api/chats")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_byte_order_mark_before_a_body_is_passed_over()
    {
        var user = await stack.NewUser();

        var chat = (await user.SendRaw(HttpMethod.Post, "/api/chats", "\uFEFF{\"title\":\"Hello\"}", [])).Is(HttpStatusCode.Created)["id"]!;

        var changed = (await user.SendRaw(HttpMethod.Patch, $"/api/chats/{chat}", "\uFEFF{\"title\":\"Hi\"}", [])).Is(HttpStatusCode.OK);
        Assert.Equal("Hi", changed["title"]);
    }

    [Fact]
    public async Task A_body_that_is_not_utf8_is_refused()
    {
        var user = await stack.NewUser();

        var answer = await SendBytes(user, [.. "{\"title\":\"caf"u8, 0xE9, .. "\"}"u8], "application/json");

        answer.IsProblem(HttpStatusCode.BadRequest, "invalid_json");
    }

    [Theory]
    [InlineData(31, HttpStatusCode.OK)]
    [InlineData(32, HttpStatusCode.BadRequest)]
    [InlineData(100_000, HttpStatusCode.BadRequest)]
    public async Task A_body_may_be_32_levels_deep(int levelsBelow, HttpStatusCode status)
    {
        var user = await stack.NewUser();
        var body = "{\"message\":{\"content\":\"Hello\"},\"more\":" + new string('[', levelsBelow) + new string(']', levelsBelow) + "}";

        var answer = await user.SendRaw(HttpMethod.Post, $"/api/chats/{await user.NewChat()}/stream", body, []);

        if (answer.Is(status).Status != HttpStatusCode.OK)
        {
            answer.IsProblem(HttpStatusCode.BadRequest, "invalid_json");
        }
    }

    [Fact]
    public async Task A_value_that_is_no_unicode_is_refused_where_it_is_no_text_either()
    {
        var user = await stack.NewUser();

        (await user.SendRaw(HttpMethod.Post, $"/api/chats/{await user.NewChat()}/stream", """{"message":{"content":"Hello"},"onDisconnect":"\ud800"}""", []))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Members_of_a_send_that_are_unknown_are_passed_over()
    {
        var user = await stack.NewUser();
        var body = StackExtensions.SendBody("Hello");
        body["somethingNew"] = new JsonObject { ["deep"] = true };

        (await user.Post($"/api/chats/{await user.NewChat()}/stream", body)).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Exactly_64_KiB_are_read_and_one_byte_more_is_too_large()
    {
        var user = await stack.NewUser();
        const string start = "{\"title\":\"Hello\"";

        (await user.SendRaw(HttpMethod.Post, "/api/chats", start + new string(' ', (64 * 1024) - start.Length - 1) + "}", [])).Is(HttpStatusCode.Created);
        (await user.SendRaw(HttpMethod.Post, "/api/chats", start + new string(' ', (64 * 1024) - start.Length) + "}", []))
            .IsProblem(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    [Fact]
    public async Task A_body_that_does_not_say_its_length_is_cut_off_at_the_limit()
    {
        var user = await stack.NewUser();

        var answer = await Send(user, new StreamContent(new EndlessSpaces(80 * 1024)), "application/json");

        answer.IsProblem(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task Another_content_type_is_not_supported(string type)
    {
        var user = await stack.NewUser();

        (await SendBytes(user, "{\"title\":\"Hello\"}"u8.ToArray(), type)).IsProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Fact]
    public async Task No_content_type_is_not_supported()
    {
        var user = await stack.NewUser();

        (await user.Post("/api/chats", null)).IsProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/merge-patch+json")]
    public async Task Json_by_any_of_its_names_is_supported(string type)
    {
        var user = await stack.NewUser();

        (await SendBytes(user, "{\"title\":\"Hello\"}"u8.ToArray(), type)).Is(HttpStatusCode.Created);
    }

    private Task<ApiResponse> SendBytes(TestUser user, byte[] body, string type) => Send(user, new ByteArrayContent(body), type);

    private async Task<ApiResponse> Send(TestUser user, HttpContent content, string type)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(stack.Program.Address, "/api/chats")) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.Token);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new ApiResponse(
            response.StatusCode,
            response.Content.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value)),
            Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }
}
