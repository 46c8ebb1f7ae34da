using ChatBot.Functions.Settings;
using Xunit;

namespace ChatBot.Tests.Settings;

public sealed class TelemetrySettingsTests
{
    private const string AzureMonitor = "InstrumentationKey=4d2f6f0e-6f39-4c6f-9d0a-0d1c9d6f2b11;IngestionEndpoint=https://westeurope.in.applicationinsights.azure.com/";

    [Fact]
    public void Where_no_receiver_is_named_there_is_no_telemetry() => Assert.Null(Read(("OTEL_SERVICE_NAME", "chat")));

    [Fact]
    public void A_collector_is_enough_and_the_rest_has_defaults()
    {
        var settings = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"));

        Assert.Equal(new TelemetrySettings(new Uri("http://localhost:4318"), null, null, "chatbot", 1), settings);
    }

    [Fact]
    public void So_is_Azure_Monitor() => Assert.Equal(AzureMonitor, Read(("APPLICATIONINSIGHTS_CONNECTION_STRING", AzureMonitor))!.AzureMonitor);

    [Theory]
    [InlineData("ClientId=5a3c;Authorization=AAD", "5a3c")]
    [InlineData("Authorization=AAD", null)]
    public void It_may_be_shown_a_managed_identity(string text, string? clientId) => Assert.Equal(
        new TelemetryIdentity(clientId),
        Read(("APPLICATIONINSIGHTS_CONNECTION_STRING", AzureMonitor), ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", text))!.Identity);

    [Theory]
    [InlineData("parentbased_traceidratio", 0.25)]
    [InlineData("traceidratio", 0.25)]
    [InlineData("parentbased_always_on", 1)]
    [InlineData("always_off", 0)]
    public void Samplers_have_their_standard_names(string sampler, double ratio) =>
        Assert.Equal(
            ratio,
            Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"), ("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", "0.25"))!.SampledRatio);

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "secret-without-name")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "1.5")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=secret")]
    [InlineData("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "ClientId=secret")]
    public void A_mistake_is_named_with_an_example_and_without_its_value(string name, string value)
    {
        var mistake = Assert.Single(Assert.Throws<SettingsException>(() => Read((name, value))).Mistakes);

        Assert.StartsWith($"Setting {name} ", mistake, StringComparison.Ordinal);
        Assert.Contains($"Example: {name}=", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", mistake, StringComparison.Ordinal);
    }

    private static TelemetrySettings? Read(params (string Name, string Value)[] settings)
    {
        var reader = new SettingReader(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build());
        var read = TelemetrySettings.Read(reader);
        reader.ThrowIfInvalid();
        return read;
    }
}
