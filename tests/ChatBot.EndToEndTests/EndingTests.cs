using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>How a process ends, and what becomes of the answers that it was writing.</summary>
public sealed class EndingTests(PublishedProgram published)
{
    [Fact]
    public async Task Killed_in_mid_stream_the_answer_is_interrupted_within_a_minute_with_the_text_so_far()
    {
        await using var survivor = await published.Start("survivor");
        await using var killed = await published.Start("killed");
        var user = await published.NewUser(new Uri(killed.BaseUrl));
        var chat = await StreamingTests.NewChat(user);

        var shown = await ReadUntil(user, chat, "Go. [[tokens=600 delay=20ms]]", text => text.Length > 1000);
        await killed.KillAsync();
        var there = user.At(new Uri(survivor.BaseUrl));
        JsonNode answer = null!;
        await StreamingTests.Until(
            async () => (int)(await there.Get("/api/usage")).Json["tokens"]!["reserved"]! == 0
                && (string?)(answer = (await StreamingTests.Messages(there, chat))[1]!)["status"] == "interrupted",
            TimeSpan.FromSeconds(60));

        var stored = (string)answer["content"]!;
        var common = Math.Min(stored.Length, shown.Length);
        Assert.Equal(shown[..common], stored[..common]);
        // At most the last 2 s of text are lost.
        Assert.True(shown.Length - stored.Length < 700, $"{shown.Length} shown, {stored.Length} stored");
        Assert.Equal("estimated", (string?)answer["receipt"]!["quality"]);
        Assert.True((int)answer["receipt"]!["outputTokens"]! > 20);
    }

    [Fact]
    public async Task Told_to_end_it_lets_short_answers_finish_and_ends_by_itself()
    {
        await using var app = await published.Start("graceful");
        var user = await published.NewUser(new Uri(app.BaseUrl));
        var chat = await StreamingTests.NewChat(user);

        var sending = StreamingTests.Send(user, chat, "Go. [[tokens=60 delay=20ms]]");
        await StreamingTests.Until(async () => (await StreamingTests.Messages(user, chat)).Count == 2, TimeSpan.FromSeconds(10));
        var isByItself = await app.TerminateAsync();

        Assert.True(isByItself);
        Assert.Equal(0, await app.Exited);
        Assert.Equal("finish", (string?)EventStreamText.Parse((await sending).Body).Last["type"]);
    }

    [Fact]
    public async Task What_outlasts_the_grace_period_ends_in_good_order()
    {
        await using var survivor = await published.Start("after-grace");
        await using var app = await published.Start("impatient", ("Streams__GraceSeconds", "1"));
        var user = await published.NewUser(new Uri(app.BaseUrl));
        var chat = await StreamingTests.NewChat(user);

        var sending = StreamingTests.Send(user, chat, "Go. [[tokens=6000 delay=20ms]]");
        await StreamingTests.Until(
            async () => (await StreamingTests.Messages(user, chat)) is [_, { } answer] && ((string?)answer["content"])?.Length > 0, TimeSpan.FromSeconds(10));
        Assert.True(await app.TerminateAsync());

        var stream = EventStreamText.Parse((await sending).Body);
        Assert.Equal("interrupted", (string?)stream.Error["code"]);
        var answer = (await StreamingTests.Messages(user.At(new Uri(survivor.BaseUrl)), chat))[1]!;
        Assert.Equal("interrupted", (string?)answer["status"]);
        Assert.Equal(stream.Text, (string?)answer["content"]);
    }

    /// <summary>The text that a client has seen when it has seen enough; the connection stays open.</summary>
    private static async Task<string> ReadUntil(TestUser user, string chat, string content, Func<string, bool> isEnough)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var body = new JsonObject { ["message"] = new JsonObject { ["content"] = content } };
        var response = await user.Open(
            HttpMethod.Post, $"/api/chats/{chat}/stream", body.ToJsonString(), [], HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var text = "";
        while (!isEnough(text) && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: {\"type\":\"text-delta\"", StringComparison.Ordinal))
            {
                text += (string)JsonNode.Parse(line[6..])!["delta"]!;
            }
        }

        return text;
    }
}
