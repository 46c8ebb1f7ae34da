using ChatBot.Functions.Account;
using ChatBot.Functions.Alerts;
using ChatBot.Functions.Azure;
using ChatBot.Functions.Billing;
using ChatBot.Functions.Chats;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Database;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Maintenance;
using ChatBot.Functions.Messages;
using ChatBot.Functions.Models;
using ChatBot.Functions.Operations;
using ChatBot.Functions.Preferences;
using ChatBot.Functions.Queues;
using ChatBot.Functions.RateLimiting;
using ChatBot.Functions.Reconciliation;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Functions.Usage;

namespace ChatBot.Functions;

/// <summary>The composition: one line per concern.</summary>
public static class ChatBotApp
{
    private static readonly FunctionClass[] s_classes =
    [
        FunctionClass.Of<HealthFunctions>(),
        FunctionClass.Of<ChatFunctions>(),
        FunctionClass.Of<MessageFunctions>(),
        FunctionClass.Of<FeedbackFunctions>(),
        FunctionClass.Of<StreamFunctions>(),
        FunctionClass.Of<PreferenceFunctions>(),
        FunctionClass.Of<EstimateFunctions>(),
        FunctionClass.Of<ModelFunctions>(),
        FunctionClass.Of<UsageFunctions>(),
        FunctionClass.Of<BillingFunctions>(),
        FunctionClass.Of<PlanFunctions>(),
        FunctionClass.Of<ReconciliationFunctions>(),
        FunctionClass.Of<AccountFunctions>(),
        FunctionClass.Of<OperationFunctions>(),
        FunctionClass.Of<EraseAccount>(),
        FunctionClass.Of<ClosePeriod>(),
        FunctionClass.Of<ArchivePeriod>(),
        FunctionClass.Of<ReencryptKeys>(),
        FunctionClass.Of<PersistAssistantMessage>(),
        FunctionClass.Of<RecordUsage>(),
        FunctionClass.Of<DeadLetterFunctions>(),
        FunctionClass.Of<SweepCompletions>(),
        FunctionClass.Of<EnforceUsageCaps>(),
        FunctionClass.Of<DeliverAlerts>(),
        FunctionClass.Of<ReconcileUsage>(),
    ];

    /// <summary>All that requests, queues and timers trigger.</summary>
    public static FunctionTable Functions { get; } = new(s_classes);

    public static void AddChatBot(this IHostApplicationBuilder builder, ChatBotSettings settings)
    {
        builder.ConfigureServer(settings);
        if (settings.Telemetry is { } telemetry)
        {
            // The first to be added is the last to be stopped: it sends what the others have to tell at their end.
            builder.Services.AddTelemetry(telemetry);
        }

        builder.Services.AddFeatures(settings);
        foreach (var owner in s_classes)
        {
            builder.Services.AddSingleton(owner.Type);
        }
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
        services.AddSingleton(settings.Limits);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ChatBotDatabase>();
        services.AddSingleton<RequestLimiters>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<SupabaseTokens>();
        services.AddSingleton<ProjectKeys>();
        services.AddSingleton<WakeUpQueues>();
        services.AddSingleton<BlobContainers>();
        services.AddSingleton<ClaimChecks>();
        services.AddSingleton<DeliveryFailures>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<Deliveries>();
        services.AddSingleton<AllowedModels>();
        services.AddSingleton<ChatStore>();
        services.AddSingleton<MessageStore>();
        services.AddSingleton<FeedbackStore>();
        services.AddSingleton<ProviderKeyCipher>();
        services.AddSingleton<PreferenceStore>();
        services.AddSingleton<ChatModel>();
        services.AddSingleton<ModelCircuits>();
        services.AddSingleton<ModelCaller>();
        services.AddSingleton<UsageMeter>();
        services.AddSingleton<AdmissionStore>();
        services.AddSingleton<CompletionStore>();
        services.AddSingleton<LiveCompletions>();
        services.AddSingleton<DraftWriter>();
        services.AddSingleton<CompletionFinisher>();
        services.AddSingleton<CompletionRelay>();
        services.AddSingleton<DisconnectPolicy>();
        services.AddSingleton<DraftPoller>();
        services.AddSingleton<SendRequestParser>();
        services.AddSingleton<StreamStarter>();
        services.AddSingleton<TitleWriter>();
        services.AddSingleton<UsageSummaryReader>();
        services.AddSingleton<RefusalRecorder>();
        services.AddSingleton<BillingStore>();
        services.AddSingleton<PlanStore>();
        services.AddSingleton<PeriodUsers>();
        services.AddSingleton<PeriodReport>();
        services.AddSingleton<PeriodArchive>();
        services.AddSingleton<OperationStore>();
        services.AddSingleton<OperationStarter>();
        services.AddSingleton<ReconciliationStore>();
        services.AddSingleton<OpenAIUsage>();
        services.AddSingleton<ReadinessProbe>();
        // Stopped after what still refuses.
        services.AddHostedService(s => s.GetRequiredService<RefusalRecorder>());
        services.AddHostedService<CompletionShutdown>();
    }
}
