using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Telemetry;

public static class TelemetrySetup
{
    public static void AddTelemetry(this IServiceCollection services, TelemetrySettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<TelemetryExport>();
        services.AddHostedService(s => s.GetRequiredService<TelemetryExport>());
    }
}
