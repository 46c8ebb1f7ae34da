using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Clients;

/// <summary>A user who went through one scenario with a client of one major, in one chat.</summary>
/// <param name="Seen">What the scenario reports of the page.</param>
/// <param name="Stored">The chat's messages at the server, at the other instance.</param>
/// <param name="Calls">The calls to the model whose prompt has the chat's id, as the first message of each scenario does.</param>
public sealed record ClientVisit(TestUser User, string Chat, JsonNode Seen, JsonArray Stored, IReadOnlyList<ModelCall> Calls)
{
    public static string[] Texts(JsonNode? messages) => [.. messages!.AsArray().Select(m => (string)(m!["text"] ?? m["content"])!)];

    /// <summary>As the client knows the messages: by its own ids, where it gave them.</summary>
    public static string[] Ids(JsonNode? messages) => [.. messages!.AsArray().Select(m => (string)(m!["clientId"] ?? m["id"])!)];

    public static string?[] Statuses(JsonNode? messages) => [.. messages!.AsArray().Select(m => (string?)(m!["status"] ?? m["metadata"]?["status"]))];

    /// <summary>The answers of a page.</summary>
    public static JsonArray Answers(JsonNode? page) =>
        [.. page!["messages"]!.AsArray().Where(m => (string?)m!["role"] == "assistant").Select(m => m!.DeepClone())];

    /// <summary>The contents of a prompt.</summary>
    public static string[] Prompt(ModelCall call) => [.. call.Messages.EnumerateArray().Select(m => m.GetProperty("content").GetString()!)];

    /// <summary>Asserts that a page is at rest, without an error.</summary>
    public static JsonNode IsReady(JsonNode? page)
    {
        Assert.Equal(("ready", null), ((string?)page!["status"], (string?)page["error"]));
        return page;
    }

    /// <summary>Asserts that a page shows an error, and answers the problem that it has for a message.</summary>
    public static JsonNode IsProblem(JsonNode? page, string code)
    {
        Assert.Equal("error", (string?)page!["status"]);
        var problem = JsonNode.Parse((string)page["error"]!)!;
        Assert.Equal(code, (string?)problem["code"]);
        Assert.False(string.IsNullOrEmpty((string?)problem["toast"]));
        return problem;
    }

    /// <summary>Asserts that a page shows what the server has stored, under the same ids.</summary>
    public void ShowsWhatIsStored(JsonNode? page)
    {
        Assert.Equal(Ids(Stored), Ids(page!["messages"]));
        Assert.Equal(Texts(Stored), Texts(page["messages"]));
    }
}
