using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;

namespace ChatBot.Functions.Hosting;

/// <summary>The program without a Functions host: it routes requests, polls the queues and fires the timers itself.</summary>
public static class StandaloneHost
{
    // Settings are read once. To watch their file for changes would visit each folder below the working directory.
    public static WebApplication Build(string[] args) => Build(WebApplication.CreateSlimBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]));

    /// <exception cref="SettingsException">The settings are not complete or not right.</exception>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var settings = ChatBotSettings.Read(builder.Configuration);
        builder.AddChatBot(settings);
        builder.Services.AddTriggers(settings);

        var app = builder.Build();
        app.Services.WriteTraceOnly();
        ((IEndpointRouteBuilder)app).DataSources.Add(new DefaultEndpointDataSource(ChatBotApp.Functions.Endpoints));
        app.UseRouting();
        app.UseApi(settings);
        return app;
    }

    private static void AddTriggers(this IServiceCollection services, ChatBotSettings settings)
    {
        services.AddSingleton(s => DurableTaskChannel.Client(settings.DurableTask!.Endpoint, s.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService<DurableListener>();
        foreach (var function in ChatBotApp.Functions.Queues.Where(f => !settings.DisabledFunctions.Contains(f.Name)))
        {
            services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<QueueListener>(s, function));
        }

        foreach (var function in ChatBotApp.Functions.Timers.Where(f => !settings.DisabledFunctions.Contains(f.Name)))
        {
            services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<TimerListener>(s, function));
        }
    }
}
