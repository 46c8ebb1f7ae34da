using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>As the worker of a Functions host, which invokes its functions.</summary>
public class HostedTests(PublishedProgram published)
{
    [Fact]
    public async Task A_send_is_stored_and_recorded_by_the_hosts_invocations_alone()
    {
        await using var host = await published.StartHosted();
        var user = await published.NewUser(new Uri(host.BaseUrl));
        var chat = await StreamingTests.NewChat(user);

        var stream = EventStreamText.Parse((await StreamingTests.Send(user, chat, "Hello. [[tokens=7]]")).Is(HttpStatusCode.OK).Body);
        await host.InvokeQueueAsync("PersistAssistantMessage", WakeUp(stream.MessageId));
        await host.InvokeQueueAsync("RecordUsage", WakeUp(stream.MessageId));
        await host.InvokeTimerAsync("SweepCompletions");

        Assert.Equal(7, (int)(await StreamingTests.Messages(user, chat))[1]!["receipt"]!["outputTokens"]!);
        Assert.Empty(host.Failures);
    }

    /// <summary>It sends no SIGTERM first, and what runs outside of a request has no say in it.</summary>
    [Fact]
    public async Task An_answer_whose_worker_the_host_kills_is_ended_by_the_next_ones_timer()
    {
        await using var host = await published.StartHosted(("Streams__LeaseSeconds", "2"));
        var user = await published.NewUser(new Uri(host.BaseUrl));
        var chat = await StreamingTests.NewChat(user);
        using var answer = await user.Open(
            HttpMethod.Post,
            $"/api/chats/{chat}/stream",
            StreamingTests.SendBody("Hello. [[tokens=2 stall=1]]").ToJsonString(),
            [],
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken);
        var message = Guid.Parse(answer.Headers.GetValues("x-message-id").Single());

        await host.KillWorkerAsync();
        await StreamingTests.Until(
            async () =>
            {
                await host.InvokeTimerAsync("SweepCompletions");
                return (string?)(await StreamingTests.Messages(user, chat))[1]!["status"] == "interrupted";
            },
            TimeSpan.FromSeconds(30));
        await host.InvokeQueueAsync("PersistAssistantMessage", WakeUp(message));
        await host.InvokeQueueAsync("RecordUsage", WakeUp(message));

        Assert.Equal("estimated", (string?)(await StreamingTests.Messages(user, chat))[1]!["receipt"]!["quality"]);
    }

    internal static string WakeUp(Guid completion) => new JsonObject { ["version"] = 1, ["completionId"] = completion }.ToJsonString();
}
