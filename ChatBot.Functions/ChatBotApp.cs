using ChatBot.Functions.Account;
using ChatBot.Functions.Alerts;
using ChatBot.Functions.Billing;
using ChatBot.Functions.Chats;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Database;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Messages;
using ChatBot.Functions.Models;
using ChatBot.Functions.Preferences;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Reconciliation;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Functions.Usage;

namespace ChatBot.Functions;

/// <summary>The composition: one line per concern.</summary>
public static class ChatBotApp
{
    /// <exception cref="SettingsException">The settings are not complete or not right.</exception>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var settings = ChatBotSettings.Read(builder.Configuration);
        builder.ConfigureServer(settings);
        if (settings.Telemetry is { } telemetry)
        {
            // The first to be added is the last to be stopped: it sends what the others have to tell at their end.
            builder.Services.AddTelemetry(telemetry);
        }

        builder.Services.AddFeatures(settings);
        if (!settings.IsHosted)
        {
            builder.Services.AddPumps();
        }

        var app = builder.Build();
        if (settings.Telemetry is not null)
        {
            app.UseMiddleware<RequestTracing>();
        }

        app.UseMiddleware<ResponseHeaders>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseCors();
        app.UseMiddleware<IdentityMiddleware>();
        app.MapRoot();
        if (settings.IsHosted)
        {
            app.MapTriggers();
        }

        var api = app.MapGroup("/api");
        api.MapHealth();
        api.MapChats();
        api.MapMessages();
        api.MapStreams();
        api.MapPreferences();
        api.MapUsage();
        api.MapBilling();
        api.MapAccount();
        api.MapReconciliations();
        return app;
    }

    private static void AddFeatures(this IServiceCollection services, ChatBotSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(settings.Database);
        services.AddSingleton(settings.Supabase);
        services.AddSingleton(settings.Storage);
        services.AddSingleton(settings.Encryption);
        services.AddSingleton(settings.Streams);
        services.AddSingleton(settings.ModelCalls);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ChatBotDatabase>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<SupabaseTokens>();
        services.AddSingleton<WakeUpQueues>();
        services.AddSingleton<ClaimChecks>();
        services.AddSingleton<KeepDeadLetter>();
        services.AddSingleton<ChatStore>();
        services.AddSingleton<MessageStore>();
        services.AddSingleton<KeyVault>();
        services.AddSingleton<RotateKeys>();
        services.AddSingleton<PreferenceStore>();
        services.AddSingleton<ChatModel>();
        services.AddSingleton<ModelCircuits>();
        services.AddSingleton<ModelCaller>();
        services.AddSingleton<AdmissionStore>();
        services.AddSingleton<CompletionStore>();
        services.AddSingleton<LiveCompletions>();
        services.AddSingleton<DraftWriter>();
        services.AddSingleton<CompletionFinisher>();
        services.AddSingleton<CompletionRelay>();
        services.AddSingleton<UnreadAnswers>();
        services.AddSingleton<AnswerFollower>();
        services.AddSingleton<SendReader>();
        services.AddSingleton<StreamStarter>();
        services.AddSingleton<TitleWriter>();
        services.AddSingleton<PersistAssistantMessage>();
        services.AddSingleton<RecordUsage>();
        services.AddSingleton<StandingReader>();
        services.AddSingleton<BillingStore>();
        services.AddSingleton<PeriodReport>();
        services.AddSingleton<DeliverAlerts>();
        services.AddSingleton<ReconciliationStore>();
        services.AddSingleton<OpenAIUsage>();
        services.AddSingleton<ReconcileUsage>();
        services.AddSingleton<KeepCaps>();
        services.AddSingleton<EnforceUsageCaps>();
        services.AddHostedService<CompletionShutdown>();
    }

    private static void AddPumps(this IServiceCollection services)
    {
        foreach (var function in TriggerTable.Queues)
        {
            services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<QueuePump>(s, function));
        }

        foreach (var function in TriggerTable.Timers)
        {
            services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<TimerPump>(s, function));
        }
    }
}
