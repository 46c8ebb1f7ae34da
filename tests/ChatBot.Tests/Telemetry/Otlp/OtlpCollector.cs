using System.Net;
using ChatBot.Tests.Stack;

namespace ChatBot.Tests.Telemetry.Otlp;

/// <summary>A collector that programs send their telemetry to, by OTLP over HTTP.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly HttpStandIn _server;

    private OtlpCollector(HttpStandIn server) => _server = server;

    /// <summary>The program's setting.</summary>
    public (string Name, string Value) Setting => ("OTEL_EXPORTER_OTLP_ENDPOINT", _server.Url);

    public IReadOnlyList<ReceivedRequest> Requests => [.. _server.Requests];

    public IReadOnlyList<OtlpSpan> Spans => [.. Requests.Where(r => r.Path == "/v1/traces").SelectMany(r => OtlpSpan.Read(r.Body))];

    /// <summary>What was measured in all: of the points that grow while a program runs, the last.</summary>
    public IReadOnlyList<OtlpPoint> Points =>
    [
        .. Requests.Where(r => r.Path == "/v1/metrics").SelectMany(r => OtlpPoint.Read(r.Body))
            .GroupBy(p => (p.Metric, string.Join(';', p.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal)))).Select(points => points.Last()),
    ];

    public static async Task<OtlpCollector> Start() => new(await HttpStandIn.Start(_ => HttpStatusCode.OK));

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
