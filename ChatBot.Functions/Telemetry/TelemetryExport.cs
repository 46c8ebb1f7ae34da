using Azure.Monitor.OpenTelemetry.Exporter;
using ChatBot.Functions.Azure;
using ChatBot.Functions.Settings;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ChatBot.Functions.Telemetry;

/// <summary>
/// Sends spans and metrics to where the settings say. It is built beside the start of the server, which it does not delay; who is to
/// be traced waits for it. A receiver that is slow or away costs what waits for it: 2,048 spans at the most, then the newest are lost.
/// </summary>
public sealed partial class TelemetryExport(TelemetrySettings settings, ILogger<TelemetryExport> log) : IHostedService
{
    // Under the Functions host a process is frozen or killed without a word: what was not sent by then is lost.
    private const int SpanInterval = 5_000;
    private const int MetricInterval = 15_000;
    private const int SendTimeout = 5_000;
    private const int LastTimeout = 3_000;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    /// <summary>Completed once spans and metrics are taken. Never fails.</summary>
    public Task Ready => _ready.Task;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = Task.Run(Build, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>The last to be stopped, when the answers have ended or their grace is over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Ready;
        await Task.WhenAll(
            Task.Run(() => _traces?.Shutdown(LastTimeout), CancellationToken.None),
            Task.Run(() => _metrics?.Shutdown(LastTimeout), CancellationToken.None));
    }

    private void Build()
    {
        try
        {
            var version = typeof(TelemetryExport).Assembly.GetName().Version!.ToString(3);
            var resource = ResourceBuilder.CreateDefault().AddService(settings.ServiceName, serviceVersion: version);
            _traces = BuildTraces(resource);
            _metrics = BuildMetrics(resource);
        }
        catch (Exception e)
        {
            // Nobody is to be kept from his answer by it.
            Log.NotBuilt(log, e.GetType().Name);
        }

        _ready.SetResult();
    }

    private TracerProvider BuildTraces(ResourceBuilder resource)
    {
        var traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Traces.SourceName)
            .SetSampler(new TraceSampler(settings.SampledRatio));
        if (settings.Endpoint is { } endpoint)
        {
            traces.AddOtlpExporter(otlp =>
            {
                Configure(otlp, endpoint, "v1/traces");
                otlp.BatchExportProcessorOptions.ScheduledDelayMilliseconds = SpanInterval;
            });
        }

        if (settings.AzureMonitor is not null)
        {
            // Not by its own extension, which brings a sampler and metrics of its own, and intervals that cannot be changed.
            traces.AddProcessor(new BatchActivityExportProcessor(new AzureMonitorTraceExporter(ForAzureMonitor()), scheduledDelayMilliseconds: SpanInterval));
        }

        return traces.Build();
    }

    private MeterProvider BuildMetrics(ResourceBuilder resource)
    {
        const string server = "Microsoft.AspNetCore.Hosting";
        var metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Metrics.MeterName, server)
            .AddView(instrument => instrument.Meter.Name == server && instrument.Name != "http.server.request.duration" ? MetricStreamConfiguration.Drop : null);
        if (settings.Endpoint is { } endpoint)
        {
            metrics.AddOtlpExporter((otlp, reader) =>
            {
                Configure(otlp, endpoint, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = MetricInterval;
            });
        }

        if (settings.AzureMonitor is not null)
        {
            metrics.AddReader(new PeriodicExportingMetricReader(new AzureMonitorMetricExporter(ForAzureMonitor()), MetricInterval)
            {
                TemporalityPreference = MetricReaderTemporalityPreference.Delta,
            });
        }

        return metrics.Build();
    }

    private void Configure(OtlpExporterOptions otlp, Uri endpoint, string path)
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
        otlp.Headers = settings.Headers;
        otlp.TimeoutMilliseconds = SendTimeout;
    }

    private AzureMonitorExporterOptions ForAzureMonitor()
    {
        // The exporter would report on itself to its makers, and can be told not to by these names only.
        foreach (var name in (string[])["APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "APPLICATIONINSIGHTS_SDKSTATS_DISABLED"])
        {
            Environment.SetEnvironmentVariable(name, Environment.GetEnvironmentVariable(name) ?? "true");
        }

        return new AzureMonitorExporterOptions
        {
            ConnectionString = settings.AzureMonitor,
            Credential = settings.Identity is { } identity ? AzureCredentials.Create(identity.ClientId) : null,
            // Nothing on a disk that is gone with the instance.
            DisableOfflineStorage = true,
        };
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Telemetry could not be set up, and nothing is exported: {Reason}")]
        public static partial void NotBuilt(ILogger log, string reason);
    }
}
