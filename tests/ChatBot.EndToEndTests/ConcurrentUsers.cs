using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>Callers who all send at once, each in a new chat, and who come again with the same message while they are told to.</summary>
public sealed class ConcurrentUsers(Fleet fleet, IReadOnlyList<TestUser> users)
{
    private const int CallersPerProcess = 256;

    private readonly string _run = Guid.NewGuid().ToString("N");

    /// <summary>The chats of those who were admitted, whose answers stand still after their first token; all others were refused by a cap.</summary>
    public async Task<IReadOnlyList<(TestUser User, string Chat)>> Send()
    {
        var callers =
            from process in Enumerable.Range(0, fleet.Addresses.Count)
            from caller in Enumerable.Range(0, CallersPerProcess)
            select Send(users[caller % users.Count].At(fleet.Addresses[process]), $"{_run}-{process}-{caller}");
        return [.. (await Task.WhenAll(callers)).OfType<(TestUser, string)>()];
    }

    private static async Task<(TestUser User, string Chat)?> Send(TestUser user, string chat)
    {
        var body = Body(chat).ToJsonString();
        while (true)
        {
            // The answer is not read on: whoever was admitted has its head.
            using var answer = await user.Open(
                HttpMethod.Post, "/api/chat", body, [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    return (user, chat);
                case HttpStatusCode.TooManyRequests:
                    var problem = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    Assert.Equal("usage_cap_exceeded", (string?)JsonNode.Parse(problem)!["code"]);
                    return null;
                default:
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                    // As it was told to, not all at the same moment.
                    await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(200, 1200)), TestContext.Current.CancellationToken);
                    break;
            }
        }
    }

    public static JsonObject Body(string chat, string content = "Go. [[tokens=2 stall=1]]") => new()
    {
        ["chatId"] = chat,
        ["messages"] = new JsonArray(new JsonObject { ["id"] = $"{chat}-1", ["role"] = "user", ["content"] = content }),
    };
}
