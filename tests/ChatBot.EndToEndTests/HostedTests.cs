using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>As the Functions host runs the program.</summary>
public class HostedTests(PublishedProgram published)
{
    private static readonly HttpClient s_http = new();

    [Fact]
    public async Task A_send_is_stored_and_recorded_by_the_hosts_calls_alone()
    {
        var (app, address) = await published.StartHosted("hosted");
        await using var _ = app;
        var user = await published.NewUser(address);
        var chat = await StreamingTests.NewChat(user);

        var stream = EventStreamText.Parse((await StreamingTests.Send(user, chat, "Hello. [[tokens=7]]")).Is(HttpStatusCode.OK).Body);
        var wakeUp = new JsonObject { ["version"] = 1, ["completionId"] = stream.MessageId }.ToJsonString();
        await Trigger(address, "PersistAssistantMessage", Envelope(wakeUp));
        await Trigger(address, "RecordUsage", Envelope(wakeUp));
        await Trigger(address, "EnforceUsageCaps", """{"Data":{"timer":{"IsPastDue":false}},"Metadata":{"sys":{"MethodName":"EnforceUsageCaps"}}}""");

        Assert.Equal(7, (int)(await StreamingTests.Messages(user, chat))[1]!["receipt"]!["outputTokens"]!);
    }

    [Fact]
    public async Task The_hosts_readiness_probe_is_answered()
    {
        var (app, address) = await published.StartHosted("probed");
        await using var _ = app;

        using var answer = await s_http.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>It sends no SIGTERM first, and what runs outside of a request has no say in it.</summary>
    [Fact]
    public async Task An_answer_whose_handler_the_host_kills_is_ended_by_the_next_ones_timer()
    {
        var (first, address) = await published.StartHosted("killed", ("Streams__LeaseSeconds", "2"));
        await using var _ = first;
        var user = await published.NewUser(address);
        var chat = await StreamingTests.NewChat(user);
        using var answer = await user.Open(
            HttpMethod.Post,
            $"/api/chats/{chat}/stream",
            StreamingTests.SendBody("Hello. [[tokens=2 stall=1]]").ToJsonString(),
            [],
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken);
        var message = answer.Headers.GetValues("x-message-id").Single();

        await first.KillAsync();
        var (second, next) = await published.StartHosted("next");
        await using var __ = second;
        await StreamingTests.Until(
            async () =>
            {
                await Trigger(next, "EnforceUsageCaps", Recovery.Timer);
                return (string?)(await StreamingTests.Messages(user.At(next), chat))[1]!["status"] == "interrupted";
            },
            TimeSpan.FromSeconds(30));
        var wakeUp = new JsonObject { ["version"] = 1, ["completionId"] = message }.ToJsonString();
        await Trigger(next, "PersistAssistantMessage", Envelope(wakeUp));
        await Trigger(next, "RecordUsage", Envelope(wakeUp));

        Assert.Equal("estimated", (string?)(await StreamingTests.Messages(user.At(next), chat))[1]!["receipt"]!["quality"]);
    }

    /// <summary>The message's text as a JSON string within a JSON string, as recorded from a host.</summary>
    internal static string Envelope(string text) => new JsonObject
    {
        ["Data"] = new JsonObject { ["message"] = JsonValue.Create(text).ToJsonString() },
        ["Metadata"] = new JsonObject { ["DequeueCount"] = "1", ["Id"] = "\"7c2f\"" },
    }.ToJsonString();

    private static async Task Trigger(Uri address, string function, string envelope)
    {
        using var answer = await s_http.PostAsync(
            new Uri(address, function), new StringContent(envelope, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "{}"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }
}
