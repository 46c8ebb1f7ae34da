namespace ChatBot.Tests.Telemetry.Otlp;

/// <summary>A point of a metric as a collector received it. Field numbers: opentelemetry/proto/metrics/v1.</summary>
/// <param name="Count">Of the values, for a histogram; else 1.</param>
/// <param name="Sum">Of the values; the value itself where it is no histogram.</param>
internal sealed record OtlpPoint(string Metric, string Unit, IReadOnlyDictionary<string, string> Attributes, long Count, double Sum)
{
    private const int SumField = 7;
    private const int HistogramField = 9;

    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    public static IEnumerable<OtlpPoint> Read(byte[] body) =>
        from resource in ProtoFields.Read(body).Messages(1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from point in metric.Has(HistogramField) ? Histogram(metric) : Numbers(metric)
        select point;

    private static IEnumerable<OtlpPoint> Histogram(ProtoFields metric) =>
        metric.Message(HistogramField).Messages(1).Select(point =>
            new OtlpPoint(metric.Text(1), metric.Text(3), OtlpAttributes.Read(point.Messages(9)), point.Number(4), point.Real(5)));

    private static IEnumerable<OtlpPoint> Numbers(ProtoFields metric) =>
        metric.Message(SumField).Messages(1).Select(point => new OtlpPoint(
            metric.Text(1), metric.Text(3), OtlpAttributes.Read(point.Messages(7)), 1, point.Has(4) ? point.Real(4) : point.Number(6)));
}
