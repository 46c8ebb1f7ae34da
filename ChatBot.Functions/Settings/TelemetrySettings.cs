using System.Globalization;

namespace ChatBot.Functions.Settings;

/// <summary>Where traces and metrics are sent to, under the names that OpenTelemetry and Azure Monitor gave these settings.</summary>
/// <param name="Endpoint">Of an OTLP collector, to which the paths of traces and metrics are added; null for none.</param>
/// <param name="Headers">What the collector wants with each call, such as its key.</param>
/// <param name="AzureMonitor">A connection string of Application Insights; null for none.</param>
/// <param name="SampledRatio">Of the requests: how many are traced.</param>
/// <param name="Identity">What Azure Monitor is shown; null where the key in its connection string will do.</param>
public sealed record TelemetrySettings(
    Uri? Endpoint, string? Headers, string? AzureMonitor, string ServiceName, double SampledRatio, TelemetryIdentity? Identity = null)
{
    private const string ProtocolName = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string HeadersName = "OTEL_EXPORTER_OTLP_HEADERS";
    private const string SamplerName = "OTEL_TRACES_SAMPLER";
    private const string AzureMonitorName = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    private const string AuthenticationName = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";
    private const string Protocol = "http/protobuf";
    private const string ParentBased = "parentbased_";

    /// <summary>Null where neither a collector nor Azure Monitor is named: then nothing is exported, and nothing set up.</summary>
    public static TelemetrySettings? Read(SettingReader reader)
    {
        if (reader.Optional(ProtocolName) is not (null or Protocol))
        {
            reader.Mistake(ProtocolName, $"is not {Protocol}, the only one that is spoken here", Protocol);
        }

        var settings = new TelemetrySettings(
            reader.Uri("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"),
            ReadHeaders(reader),
            ReadAzureMonitor(reader),
            reader.Optional("OTEL_SERVICE_NAME") ?? "chatbot",
            ReadRatio(reader),
            ReadIdentity(reader));
        return settings is { Endpoint: null, AzureMonitor: null } ? null : settings;
    }

    // Their values are secrets: a mistake names none.
    private static string? ReadHeaders(SettingReader reader)
    {
        var headers = reader.Optional(HeadersName);
        if (headers is not null && headers.Split(',').Any(pair => pair.IndexOf('=', StringComparison.Ordinal) < 1))
        {
            reader.Mistake(HeadersName, "is not a list of name=value, separated by commas", "api-key=<key>");
        }

        return headers;
    }

    private static string? ReadAzureMonitor(SettingReader reader)
    {
        var text = reader.Optional(AzureMonitorName);
        if (text is not null && !Guid.TryParse(Part(text, "InstrumentationKey"), out _))
        {
            reader.Mistake(
                AzureMonitorName, "is not a connection string of Application Insights", "InstrumentationKey=<uuid>;IngestionEndpoint=https://<region>.in.applicationinsights.azure.com/");
        }

        return text;
    }

    /// <summary>As the Functions host reads it, for what it sends itself.</summary>
    private static TelemetryIdentity? ReadIdentity(SettingReader reader)
    {
        if (reader.Optional(AuthenticationName) is not { } text)
        {
            return null;
        }

        if (!string.Equals(Part(text, "Authorization"), "AAD", StringComparison.OrdinalIgnoreCase))
        {
            reader.Mistake(AuthenticationName, "does not say Authorization=AAD", "ClientId=<client id of a managed identity>;Authorization=AAD");
        }

        return new TelemetryIdentity(Part(text, "ClientId"));
    }

    private static string? Part(string text, string name) => text.Split(';', StringSplitOptions.TrimEntries)
        .FirstOrDefault(part => part.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..];

    /// <summary>What is within a trace is sampled as its beginning was in any case, so that the parent-based samplers are the others.</summary>
    private static double ReadRatio(SettingReader reader)
    {
        var ratio = (double)reader.Number("OTEL_TRACES_SAMPLER_ARG", 1, 0, 1);
        var sampler = (reader.Optional(SamplerName) ?? "parentbased_traceidratio").ToLowerInvariant();
        switch (sampler.StartsWith(ParentBased, StringComparison.Ordinal) ? sampler[ParentBased.Length..] : sampler)
        {
            case "traceidratio":
                return ratio;
            case "always_on":
                return 1;
            case "always_off":
                return 0;
            default:
                reader.Mistake(
                    SamplerName,
                    "is not one of parentbased_traceidratio, parentbased_always_on, parentbased_always_off",
                    string.Create(CultureInfo.InvariantCulture, $"parentbased_traceidratio, with OTEL_TRACES_SAMPLER_ARG={0.1}"));
                return ratio;
        }
    }
}

/// <summary>A managed identity.</summary>
/// <param name="ClientId">Of a user-assigned one; null is the system's.</param>
public sealed record TelemetryIdentity(string? ClientId);
