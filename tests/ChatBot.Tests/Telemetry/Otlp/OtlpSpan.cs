namespace ChatBot.Tests.Telemetry.Otlp;

/// <summary>A span as a collector received it. Field numbers: opentelemetry/proto/trace/v1.</summary>
internal sealed record OtlpSpan(
    string Source,
    string TraceId,
    string Id,
    string ParentId,
    string TraceState,
    string Name,
    SpanKind Kind,
    DateTimeOffset Start,
    TimeSpan Duration,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<IReadOnlyDictionary<string, string>> Events,
    bool IsError,
    string StatusMessage)
{
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    public static IEnumerable<OtlpSpan> Read(byte[] body) =>
        from resource in ProtoFields.Read(body).Messages(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new OtlpSpan(
            scope.Message(1).Text(1),
            span.Hex(1),
            span.Hex(2),
            span.Hex(4),
            span.Text(3),
            span.Text(5),
            (SpanKind)span.Number(6),
            DateTimeOffset.UnixEpoch.AddTicks(span.Number(7) / 100),
            TimeSpan.FromTicks((span.Number(8) - span.Number(7)) / 100),
            OtlpAttributes.Read(span.Messages(9)),
            [.. span.Messages(11).Select(e => OtlpAttributes.Read(e.Messages(3)))],
            span.Message(15).Number(3) == 2,
            span.Message(15).Text(2));
}

internal enum SpanKind
{
    Internal = 1,
    Server,
    Client,
    Producer,
    Consumer,
}
