using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Telemetry;

public sealed class AzureMonitorTests(TestStack stack)
{
    [Fact]
    public async Task It_is_sent_the_same_spans_and_metrics_as_a_collector()
    {
        await using var ingestion = await HttpStandIn.Start((request, http) =>
        {
            http.Response.ContentType = "application/json";
            var items = Items(request).Count;
            return http.Response.WriteAsync($$"""{"itemsReceived":{{items}},"itemsAccepted":{{items}},"errors":[]}""");
        });
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var app = await TracedProgram.StartProcess(
            stack, account.Setting, ("APPLICATIONINSIGHTS_CONNECTION_STRING", $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint={ingestion.Url}/"));
        var user = (await stack.NewUser()).At(new Uri(app.BaseUrl));

        var answer = await user.Send(await user.NewChat(), "canary-question [[text=\"canary-reply\"]]");
        await stack.WaitUntilRecorded(answer.MessageId);
        Assert.True(await app.TerminateAsync());

        Assert.All(ingestion.Requests, r => Assert.Equal("/v2.1/track", r.Path));
        var items = ingestion.Requests.SelectMany(Items).ToList();
        var request = Assert.Single(items, i => (string?)i["data"]!["baseData"]!["name"] == "POST /api/chats/{chatId}/stream");
        var trace = items.Where(i => (string?)i["tags"]!["ai.operation.id"] == (string?)request["tags"]!["ai.operation.id"]).Select(i => (string?)i["data"]!["baseData"]!["name"]).ToList();
        Assert.Contains("chat gpt-4o", trace);
        Assert.Contains("process usage-events", trace);
        var ended = Assert.Single(items, i => (string?)i["data"]!["baseData"]!["metrics"]?[0]!["name"] == "chatbot.completions.ended");
        Assert.Equal("finished", (string?)ended["data"]!["baseData"]!["properties"]!["chatbot.end"]);
        Assert.DoesNotContain(items, i => i.ToJsonString().Contains("canary", StringComparison.OrdinalIgnoreCase) || i.ToJsonString().Contains($"{user.Id}", StringComparison.Ordinal));
    }

    private static List<JsonNode> Items(ReceivedRequest request)
    {
        using Stream body = request.Headers.GetValueOrDefault("Content-Encoding") == "gzip"
            ? new GZipStream(new MemoryStream(request.Body), CompressionMode.Decompress)
            : new MemoryStream(request.Body);
        using var text = new StreamReader(body, Encoding.UTF8);
        return [.. text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }
}
