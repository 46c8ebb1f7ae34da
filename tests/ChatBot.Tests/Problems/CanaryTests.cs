using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Problems;

/// <summary>What is the users' own is in the database and in their answers, and nowhere else.</summary>
public sealed class CanaryTests(TestStack stack)
{
    private const string Key = "sk-canary-key-0123456789abcdef";
    private const string BadKey = "sk-bad-canary-key-0123456789abcdef";
    private const string Title = "canary-title";
    private const string Prompt = "canary-system-prompt";
    private const string Question = "canary-question";
    private const string Reply = "canary-reply";
    private const string Comment = "canary-comment";

    [Fact]
    public async Task Neither_logs_nor_problems_repeat_what_users_keep_here()
    {
        var journal = new LogJournal();
        await using var program = await stack.StartWithoutTriggers(
            ("Logging__LogLevel__Default", "Trace"),
            ("Logging__LogLevel__Microsoft.AspNetCore.Server", "Trace"),
            ("Logging__LogLevel__Microsoft.AspNetCore.Routing", "Trace"),
            ("Logging__LogLevel__Azure.Core", "Trace"),
            ("Logging__Console__LogLevel__Default", "None"));
        program.Services.GetRequiredService<ILoggerFactory>().AddProvider(journal);
        var user = await stack.NewUser(program);
        var stranger = await stack.NewUser(program);
        var problems = new StringBuilder();

        var chat = await Use(program, user);
        foreach (var refused in await BeRefused(user, stranger, chat))
        {
            Assert.InRange((int)refused.Status, 400, 599);
            problems.AppendLine(refused.Body);
        }

        Assert.True(journal.Lines.Count > 50, $"Only {journal.Lines.Count} lines were logged.");
        Assert.Contains(journal.Lines, line => line.Contains("Kestrel", StringComparison.Ordinal));
        var database = stack.Local.AppSettings["Database__ConnectionString"];
        string[] canaries =
        [
            Key, BadKey, Title, Prompt, Question, Reply, Comment, user.Token, stranger.Token, user.Token.Split('.')[2],
            new Uri(database).UserInfo.Split(':')[1], stack.Local.AppSettings["Encryption__Keys__1"], stack.Local.AppSettings["OpenAI__ApiKey"],
        ];
        foreach (var canary in canaries)
        {
            Assert.DoesNotContain(journal.Lines, line => line.Contains(canary, StringComparison.Ordinal));
            Assert.DoesNotContain(canary, problems.ToString(), StringComparison.Ordinal);
        }
    }

    /// <summary>Everything that a user does in a chat, with a canary in each text.</summary>
    private static async Task<string> Use(TestProgram program, TestUser user)
    {
        string chat = (await user.Post("/api/chats", new JsonObject { ["title"] = Title, ["systemPrompt"] = Prompt })).Is(HttpStatusCode.Created)["id"]!;
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = Question })).Is(HttpStatusCode.Created);
        (await user.Patch($"/api/chats/{chat}/messages/m", new JsonObject { ["content"] = Question + "!" })).Is(HttpStatusCode.OK);
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = Key })).Is(HttpStatusCode.OK);
        var answer = await user.Send(chat, $"{Question} [[text=\"{Reply}\"]]");
        Assert.Equal(Reply, answer.Text);
        (await user.Put($"/api/chats/{chat}/messages/{answer.MessageId}/feedback", new JsonObject { ["value"] = "up", ["comment"] = Comment })).Is(HttpStatusCode.OK);
        await program.Settle(answer.MessageId);
        return chat;
    }

    private static async Task<ApiResponse[]> BeRefused(TestUser user, TestUser stranger, string chat) =>
    [
        await user.Post("/api/chats", new JsonObject { ["id"] = chat, ["title"] = Title + "2" }),
        await user.Post("/api/chats", new JsonObject { ["title"] = Title + "\0" }),
        await user.Post("/api/chats", new JsonObject { ["title"] = Title, ["status"] = Title }),
        await user.SendRaw(HttpMethod.Post, "/api/chats", $$"""{"title":"{{Title}}""", []),
        await user.SendRaw(HttpMethod.Post, "/api/chats", $$"""{"title":"{{Title}}","id":["{{Title}}"]}""", []),
        await user.SendRaw(HttpMethod.Post, "/api/chats", $$"""{"title":"{{Title}}\ud800"}""", []),
        await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = "m", ["content"] = Question + "2" }),
        await user.Patch($"/api/chats/{chat}", new JsonObject { ["title"] = Title + new string('x', 200) }),
        await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = BadKey }),
        await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = Key + " " }),
        await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{Question} [[status=500]]")),
        await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{Question} [[status=401]]")),
        await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{Question} [[html]]")),
        await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{Question} [[malformed=0]]")),
        await stranger.Get($"/api/chats/{chat}"),
        await stranger.Post("/api/chats", new JsonObject { ["id"] = chat }),
        await stranger.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = Question }),
    ];
}
