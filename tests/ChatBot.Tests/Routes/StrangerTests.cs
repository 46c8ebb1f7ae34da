using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Problems;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Routes;

/// <summary>What belongs to someone else does not exist.</summary>
public sealed class StrangerTests(TestStack stack)
{
    public static TheoryData<string> OfOneChat => [.. RouteTable.Endpoints.Where(e => Has(e, "chatId")).Select(RouteTable.Describe)];

    public static TheoryData<string> OfOneMessage => [.. RouteTable.Endpoints.Where(e => Has(e, "messageId")).Select(RouteTable.Describe)];

    [Theory]
    [MemberData(nameof(OfOneChat))]
    public async Task A_chat_of_somebody_else_is_answered_like_one_that_does_not_exist(string route)
    {
        var (owner, stranger) = (await stack.NewUser(), await stack.NewUser());
        var chat = await owner.NewChat();
        var answer = (await owner.Send(chat, "Hello")).MessageId;
        var before = await Look(owner, chat);

        var refused = await Ask(stranger, route, ("chatId", chat), ("messageId", answer.ToString()));
        var unknown = await Ask(stranger, route);

        Assert.Equal(
            ProblemText.Comparable(unknown.IsProblem(HttpStatusCode.NotFound, "not_found")),
            ProblemText.Comparable(refused.IsProblem(HttpStatusCode.NotFound, "not_found")));
        Assert.Equal(unknown.Headers.Keys.Order(), refused.Headers.Keys.Order());
        Assert.Equal(before, await Look(owner, chat));
    }

    [Theory]
    [MemberData(nameof(OfOneMessage))]
    public async Task A_message_of_somebody_else_is_not_reached_through_ones_own_chat(string route)
    {
        var (owner, stranger) = (await stack.NewUser(), await stack.NewUser());
        var chat = await owner.NewChat();
        var answer = (await owner.Send(chat, "Hello")).MessageId;
        var before = await Look(owner, chat);
        var own = await stranger.NewChat();

        var refused = await Ask(stranger, route, ("chatId", own), ("messageId", answer.ToString()));
        var unknown = await Ask(stranger, route, ("chatId", own));

        Assert.Equal(
            ProblemText.Comparable(unknown.IsProblem(HttpStatusCode.NotFound, "not_found")),
            ProblemText.Comparable(refused.IsProblem(HttpStatusCode.NotFound, "not_found")));
        Assert.Equal(before, await Look(owner, chat));
    }

    private static Task<ApiResponse> Ask(TestUser user, string route, params (string Name, string Value)[] values)
    {
        var endpoint = RouteTable.Find(route);
        var method = RouteTable.Method(endpoint);
        return user.Send(method, RouteTable.Path(endpoint, values), method == HttpMethod.Get || method == HttpMethod.Delete ? null : GoodBody(RouteTable.Name(endpoint)), []);
    }

    private static async Task<string> Look(TestUser owner, string chat) =>
        (await owner.Get($"/api/chats/{chat}")).Is(HttpStatusCode.OK).Body
        + string.Join('\n', (await owner.Messages(chat)).Select(m => $"{m!["id"]} {m["content"]} {m["feedback"]}"));

    /// <summary>So that it is the id that is refused, not the body.</summary>
    private static JsonObject GoodBody(string? route) => route switch
    {
        "CreateMessage" or "UpdateMessage" => new() { ["content"] = "Mine now" },
        "PutFeedback" => new() { ["value"] = "down" },
        "UpdateChat" => new() { ["title"] = "Mine now" },
        "SendMessage" => StackExtensions.SendBody("Mine now"),
        _ => [],
    };

    private static bool Has(RouteEndpoint endpoint, string parameter) => endpoint.RoutePattern.Parameters.Any(p => p.Name == parameter);
}
