using System.Text.Json.Nodes;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class CallJournalTests(StandInConversation model) : IClassFixture<StandInConversation>
{
    [Fact]
    public async Task A_client_that_leaves_is_noticed_and_what_it_was_sent_is_known()
    {
        const string Prompt = "leaving [[tokens=100000 delay=5ms]]";
        using (var response = await model.AskAsync(Prompt))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
            while (StandInConversation.TextOf([await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 6 } line ? line[6..] : ""]).Length == 0)
            {
            }
        }
        var call = await model.CallAsync(Prompt);

        Assert.Equal(CallOutcome.ClientClosed, call.Outcome);
        Assert.InRange(call.SentTokens, 1, 1_000);
        Assert.Equal(O200k.Count(call.SentText), call.SentTokens);
        Assert.Equal((null, false), (call.FinishReason, call.UsageSent));
        Assert.NotNull(call.FinishedAt);
    }

    [Fact]
    public async Task A_slow_reader_is_only_journalled_what_its_connection_took()
    {
        const string Prompt = "slow [[endless delay=0]]";
        using (var response = await model.AskAsync(Prompt))
        {
            // The connection's buffers fill up, and the count stands still.
            var last = -1;
            await Eventually.GetAsync(() => (Last: last, Now: last = model.Running(Prompt).SentTokens), sent => sent.Now > 1_000 && sent.Now == sent.Last, TestContext.Current.CancellationToken);
        }

        Assert.Equal(CallOutcome.ClientClosed, (await model.CallAsync(Prompt)).Outcome);
    }

    [Fact]
    public async Task A_call_is_in_the_journal_with_what_was_asked_and_answered()
    {
        const string Prompt = "journal [[tokens=9]]";
        var before = model.Server.Model.Calls.Count;
        await model.StreamAsync(Prompt, maxTokens: 50);
        await model.CallAsync(Prompt);

        using var response = await model.SendAsync(new(HttpMethod.Get, $"{model.Server.Url}/journal?since={before}"));
        var entries = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsArray();
        var entry = entries.Single(call => (string?)call!["messages"]![0]!["content"] == Prompt)!;
        Assert.Equal("openai", (string?)entry["path"]);
        Assert.Equal("gpt-4o", (string?)entry["model"]);
        Assert.Equal("1234", (string?)entry["keyLast4"]);
        Assert.Equal("completed", (string?)entry["outcome"]);
        Assert.Equal("stop", (string?)entry["finishReason"]);
        Assert.Equal((50, 9, 200), ((int)entry["requestedMaxTokens"]!, (int)entry["sentTokens"]!, (int)entry["status"]!));
        Assert.Equal(O200k.CountPrompt([new("user", Prompt)]), (int)entry["promptTokens"]!);
        Assert.True((bool)entry["stream"]! && (bool)entry["usageSent"]!);
        Assert.True((bool)entry["parameters"]!["stream_options"]!["include_usage"]!);
    }

    [Fact]
    public async Task A_refusal_is_in_the_journal_too()
    {
        const string Prompt = "refused [[status=429]]";
        using var response = await model.AskAsync(Prompt);
        var call = await model.CallAsync(Prompt);

        Assert.Equal((CallOutcome.Refused, 429, 0), (call.Outcome, call.Status, call.SentTokens));
    }

    [Fact]
    public async Task The_journal_outlives_a_restart_of_the_server()
    {
        await using var server = await StandInServer.StartAsync(new SupabaseAuth(), cancellationToken: TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        using var content = new StringContent("""{"model":"gpt-4o","messages":[{"role":"user","content":"[[status=500]]"}]}""");
        content.Headers.ContentType = new("application/json");
        http.DefaultRequestHeaders.Add("api-key", "any");
        await http.PostAsync(new Uri(server.Url + "/v1/chat/completions"), content, TestContext.Current.CancellationToken);

        await server.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri(server.Url), TestContext.Current.CancellationToken));
        await server.RestartAsync(TestContext.Current.CancellationToken);

        Assert.Contains("stand-in", await http.GetStringAsync(new Uri(server.Url), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(500, Assert.Single(server.Model.Calls).Status);
    }
}
