using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Functions.Http;
using ChatBot.Tests.Http;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>Clients post the whole conversation with each message.</summary>
public sealed class ConversationBodyTests(TestStack stack)
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData(60, MiB)]
    [InlineData(1, 60 * MiB)]
    [InlineData(600_000, 2)]
    public async Task Of_sixty_megabytes_only_the_newest_message_is_taken(int messages, int length)
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var marker = Guid.NewGuid().ToString();
        var old = string.Concat(Enumerable.Repeat($$"""{"id":"o","role":"user","parts":[{"type":"text","text":"{{new string('x', length)}}"}]},""", messages));

        var answer = await Post(user, $$"""{"id":"{{chat}}","messages":[{{old}}{{Turn(marker)}}],"trigger":"submit-message"}""");

        answer.Is(HttpStatusCode.OK);
        Assert.Equal(marker, (string?)(await user.Messages(chat))[0]!["content"]);
        Assert.Equal(1, stack.CallOf(marker).Messages.GetArrayLength());
    }

    [Theory]
    [InlineData("""{"messages":[OLD,NEW],"id":"CHAT","trigger":"submit-message"}""")]
    [InlineData("""{"id":"CHAT","messages":[OLD,OLD,NEW],"model":"gpt-4o","unknown":{"deep":[OLD]}}""")]
    [InlineData("""{ "unknown" : OLD , "id" : "CHAT" ,  "messages" : [ NEW ] , "unknown2":"x" }""")]
    [InlineData("""{"id":"CHAT","m\u0065ssages":[[],{},1,-0.5e+3,true,null,"text",{"messages":[OLD]},NEW]}""")]
    [InlineData("\uFEFF{\"id\":\"CHAT\",\"messages\":[NEW]}")]
    public async Task The_messages_may_stand_anywhere_among_the_members(string body)
    {
        var user = await stack.NewUser();
        var chat = Guid.NewGuid().ToString();
        var marker = Guid.NewGuid().ToString();
        var text = body.Replace("CHAT", chat, StringComparison.Ordinal)
            .Replace("NEW", Turn(marker), StringComparison.Ordinal)
            .Replace("OLD", Turn(new string('o', MiB)), StringComparison.Ordinal);

        (await Post(user, text)).Is(HttpStatusCode.OK);

        Assert.Equal(marker, (string?)(await user.Messages(chat))[0]!["content"]);
    }

    [Fact]
    public async Task A_newest_message_above_a_megabyte_is_too_large_and_the_next_request_is_read()
    {
        var user = await stack.NewUser();

        var problem = (await Post(user, $$"""{"id":"c","messages":[{{Turn("old")}},{{Turn(new string('x', MiB))}}]}""")).IsProblem(HttpStatusCode.RequestEntityTooLarge, "too_large");

        Assert.Contains("newest message", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Empty((await user.Get("/api/chats")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Sixty_four_megabytes_is_the_outer_limit()
    {
        var user = await stack.NewUser();

        (await Send(user, new StreamContent(new EndlessSpaces(RequestBody.ConversationLimit + 1)))).IsProblem(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    [Theory]
    [InlineData("""{"id":"c","messages":[{bad},NEW]}""")]
    [InlineData("""{"id":"c","messages":[{"a":nope},NEW]}""")]
    [InlineData("""{"id":"c","messages":[{"a":"\x"},NEW]}""")]
    [InlineData("{\"id\":\"c\",\"messages\":[{\"a\":\"two\nlines\"},NEW]}")]
    [InlineData("""{"id":"c","messages":[{"a":01},NEW]}""")]
    [InlineData("""{"id":"c","messages":[{"a":1}NEW]}""")]
    [InlineData("""{"id":"c","messages":[NEW,]}""")]
    [InlineData("""{"id":"c","messages":[NEW}]""")]
    [InlineData("""{"id":"c","messages":[NEW]""")]
    [InlineData("""{"id":"c","messages":[NEW]} {}""")]
    [InlineData("""{"id":"c","messages":[NEW],"messages":[NEW]}""")]
    [InlineData("""{"id":"c","id":"d","messages":[NEW]}""")]
    [InlineData("""{"id":"c","messages":{"0":NEW}}""")]
    [InlineData("""{"id":"c","messages":["hello"]}""")]
    [InlineData("""{"id":7,"messages":[NEW]}""")]
    [InlineData("""{"\ud800":"c","messages":[NEW]}""")]
    [InlineData("""[NEW]""")]
    [InlineData("""null""")]
    [InlineData("""1""")]
    [InlineData("")]
    public async Task What_is_not_the_json_asked_for_is_refused_wherever_it_stands(string body)
    {
        var user = await stack.NewUser();

        (await Post(user, body.Replace("NEW", Turn("Hi"), StringComparison.Ordinal))).IsProblem(HttpStatusCode.BadRequest, "invalid_json");

        Assert.Empty((await user.Get("/api/chats")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_type_that_does_not_fit_is_told_with_its_place_in_the_body()
    {
        var user = await stack.NewUser();

        var problem = (await Post(user, $$"""{"id":"c","messages":[{{Turn("one")}},{{Turn("two")}},{"role":7}]}""")).IsProblem(HttpStatusCode.BadRequest, "invalid_json");

        Assert.Contains("$.messages[2].role", (string?)problem["detail"], StringComparison.Ordinal);
    }

    private static string Turn(string text) =>
        new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }) }.ToJsonString();

    private Task<ApiResponse> Post(TestUser user, string body) => Send(user, new ByteArrayContent(Encoding.UTF8.GetBytes(body)));

    private async Task<ApiResponse> Send(TestUser user, HttpContent content)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(stack.Program.Address, "/api/chat")) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.Token);
        content.Headers.ContentType = new("application/json");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new ApiResponse(
            response.StatusCode,
            response.Content.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value)),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
