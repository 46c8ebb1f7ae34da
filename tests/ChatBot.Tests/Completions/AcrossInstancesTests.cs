using System.Diagnostics;
using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>An answer that one instance writes, read and stopped at another.</summary>
public sealed class AcrossInstancesTests(TestStack stack)
{
    // What is promised is 500 ms; on a busy machine a single look may come later, the usual one must not.
    private static readonly TimeSpan s_promise = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task New_text_is_seen_at_another_instance_within_half_a_second()
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var here = user.Send(chat, "Go. [[tokens=100 delay=40ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where chat_id = $1)", Guid.Parse(chat));

        using var response = await user.At(other.Address).Open(
            HttpMethod.Get, $"/api/chats/{chat}/stream", null, [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var behind = new List<TimeSpan>();
        for (var since = Stopwatch.GetTimestamp(); await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line;)
        {
            if (line.Contains("text-delta", StringComparison.Ordinal))
            {
                behind.Add(Stopwatch.GetElapsedTime(since));
                since = Stopwatch.GetTimestamp();
            }
        }

        // The model says something every 40 ms, so the pauses between two arrivals are how far behind a reader ever is.
        Assert.True(behind.Count > 8, $"The text came in {behind.Count} pieces.");
        Assert.InRange(behind.Order().ElementAt(behind.Count * 3 / 4), TimeSpan.Zero, s_promise);
        Assert.Equal("finish", (string?)(await here).Last["type"]);
    }

    [Fact]
    public async Task A_stop_at_another_instance_ends_the_call_to_the_model_within_half_a_second()
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        var here = user.Send(chat, $"{marker} [[endless delay=10ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completion_deltas d join chatbot.completions c on c.id = d.completion_id where c.chat_id = $1)", Guid.Parse(chat));

        var asked = TimeProvider.System.GetUtcNow();
        (await user.At(other.Address).Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        var stream = await here;
        await stack.WaitUntil(() => Task.FromResult(stack.CallOf(marker).FinishedAt is not null));

        Assert.Equal("abort", (string?)stream.Last["type"]);
        Assert.InRange(stack.CallOf(marker).FinishedAt!.Value - asked, TimeSpan.Zero, s_promise * 2);
        await stack.WaitUntilRecorded(stream.MessageId);
        var answer = (await user.Messages(chat))[1]!;
        Assert.Equal(("stopped", stream.Text), ((string?)answer["status"], (string?)answer["content"]));
        Assert.Equal("estimated", (string?)answer["receipt"]!["quality"]);
        Assert.InRange((int)answer["receipt"]!["outputTokens"]!, stack.CallOf(marker).SentTokens - 8, stack.CallOf(marker).SentTokens + 8);
    }
}
