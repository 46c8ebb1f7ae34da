using System.IO.Compression;
using System.Net;
using ChatBot.Tests.Stack;
using ChatBot.Tests.Telemetry.Otlp;
using Npgsql;
using Xunit;

namespace ChatBot.EndToEndTests;

public sealed class TelemetryTests(PublishedProgram published)
{
    [Fact]
    public async Task One_trace_leads_from_the_request_by_the_model_and_both_queues_to_the_ledger()
    {
        await using var collector = await OtlpCollector.Start();
        await using var account = new StorageAccount(published.Stack.Azurite);
        await using var app = await published.Start("observed", collector.Setting, account.Setting);
        var user = await published.NewUser(new Uri(app.BaseUrl));
        var chat = await StreamingTests.NewChat(user);

        await StreamingTests.Send(user, chat, "Hello. [[tokens=21]]");
        await Books.Settled(published.Database, user.Id);
        Assert.True(await app.TerminateAsync());

        var spans = collector.Spans;
        var request = Assert.Single(spans, s => s.Name == "POST /api/chats/{chatId}/stream");
        var trace = spans.Where(s => s.TraceId == request.TraceId).ToList();
        var call = Assert.Single(trace, s => s.Name == "chat gpt-4o");
        var persist = Assert.Single(trace, s => s.Name == "process assistant-messages");
        var record = Assert.Single(trace, s => s.Name == "process usage-events");
        Assert.Equal(request.Id, call.ParentId);
        Assert.All(trace.Where(s => s.Id != request.Id), s => Assert.Contains(trace, parent => parent.Id == s.ParentId));
        Assert.True(request.Start <= call.Start && call.Start <= persist.Start && persist.Start <= record.Start);
        Assert.Contains(trace, s => s.ParentId == record.Id && s.Name == "billing.record_usage");
        Assert.Equal(await Ledger(user), (call["gen_ai.usage.input_tokens"], call["gen_ai.usage.output_tokens"]));
        Assert.Equal("21", call["gen_ai.usage.output_tokens"]);
        Assert.Equal(
            ("finished", 1d),
            Assert.Single(collector.Points.Where(p => p.Metric == "chatbot.completions.ended").Select(p => (p["chatbot.end"]!, p.Sum))));
    }

    [Fact]
    public async Task Azure_Monitor_is_sent_spans_and_metrics()
    {
        await using var ingestion = await HttpStandIn.Start(_ => HttpStatusCode.OK);
        await using var app = await published.Start(
            "monitored", ("APPLICATIONINSIGHTS_CONNECTION_STRING", $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint={ingestion.Url}/"));
        var user = await published.NewUser(new Uri(app.BaseUrl));

        await StreamingTests.Send(user, await StreamingTests.NewChat(user), "Hello. [[tokens=21]]");
        Assert.True(await app.TerminateAsync());

        var sent = string.Concat(ingestion.Requests.Select(Unpacked));
        Assert.Contains("\"chat gpt-4o\"", sent, StringComparison.Ordinal);
        Assert.Contains("\"gen_ai.client.token.usage\"", sent, StringComparison.Ordinal);
    }

    private static string Unpacked(ReceivedRequest request)
    {
        using var body = new MemoryStream(request.Body);
        using Stream plain = request.Headers.GetValueOrDefault("Content-Encoding") == "gzip" ? new GZipStream(body, CompressionMode.Decompress) : body;
        using var text = new StreamReader(plain);
        return text.ReadToEnd();
    }

    private async Task<(string? Input, string? Output)> Ledger(TestUser user)
    {
        await using var command = published.Database.CreateCommand(
            "select e.input_tokens::text, e.output_tokens::text from billing.usage_events e where e.user_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = user.Id });
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await row.ReadAsync(TestContext.Current.CancellationToken));
        return (row.GetString(0), row.GetString(1));
    }
}
