using System.Globalization;

namespace ChatBot.Tests.Telemetry.Otlp;

/// <summary>Attributes as OTLP has them, each value as a text.</summary>
internal static class OtlpAttributes
{
    public static IReadOnlyDictionary<string, string> Read(IEnumerable<ProtoFields> pairs) =>
        pairs.ToDictionary(pair => pair.Text(1), pair => Value(pair.Message(2)));

    private static string Value(ProtoFields any) =>
        any.Has(1) ? any.Text(1)
        : any.Has(2) ? (any.Number(2) != 0 ? "true" : "false")
        : any.Has(3) ? any.Number(3).ToString(CultureInfo.InvariantCulture)
        : any.Has(4) ? any.Real(4).ToString(CultureInfo.InvariantCulture)
        : any.Has(5) ? string.Join(',', any.Message(5).Messages(1).Select(Value))
        : "";
}
