using System.Text.Json.Serialization;
using ChatBot.Shared;
using ChatBot.Shared.Billing;
using ChatBot.Shared.Chats;
using ChatBot.Shared.Completions;
using ChatBot.Shared.Messages;
using ChatBot.Shared.Operations;
using ChatBot.Shared.Preferences;
using ChatBot.Shared.Usage;

namespace ChatBot.Functions.Http;

/// <summary>What crosses the HTTP API. A body with an unknown or a repeated member is refused: it is a client's mistake.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    Converters = [typeof(StorableTextConverter), typeof(ExactDecimalConverter)],
    MaxDepth = 32)]
[JsonSerializable(typeof(Chat))]
[JsonSerializable(typeof(CreateChatRequest))]
[JsonSerializable(typeof(UpdateChatRequest))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(CreateMessageRequest))]
[JsonSerializable(typeof(UpdateMessageRequest))]
[JsonSerializable(typeof(FeedbackRequest))]
[JsonSerializable(typeof(GivenFeedback))]
[JsonSerializable(typeof(StopRequest))]
[JsonSerializable(typeof(UserPreferences))]
[JsonSerializable(typeof(UpdatePreferencesRequest))]
[JsonSerializable(typeof(ProviderKeyRequest))]
[JsonSerializable(typeof(ProviderKeyDescription))]
[JsonSerializable(typeof(Page<Model>))]
[JsonSerializable(typeof(UsageSummary))]
[JsonSerializable(typeof(Estimate))]
[JsonSerializable(typeof(UsageEvent))]
[JsonSerializable(typeof(Page<DailyUsage>))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(Page<Plan>))]
[JsonSerializable(typeof(UserPlan))]
[JsonSerializable(typeof(PeriodUser))]
[JsonSerializable(typeof(IReadOnlyList<RefusalCount>))]
[JsonSerializable(typeof(Price))]
[JsonSerializable(typeof(Page<Price>))]
[JsonSerializable(typeof(DeploymentLimits))]
[JsonSerializable(typeof(BilledStatement))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(ArchivedPeriod))]
[JsonSerializable(typeof(ArchivedFile[]))]
[JsonSerializable(typeof(Operation))]
[JsonSerializable(typeof(Page<DailyReconciliation>))]
[JsonSerializable(typeof(Health))]
public sealed partial class ChatBotJson : JsonSerializerContext;

/// <summary>The bodies of sends: clients differ, so what is unknown in them is passed over.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    AllowDuplicateProperties = false,
    Converters = [typeof(TextConverter)],
    MaxDepth = 32)]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(EstimateRequest))]
public sealed partial class SendJson : JsonSerializerContext;
