using System.Text.Json.Serialization;
using ChatBot.Shared.Completions;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WakeUp))]
[JsonSerializable(typeof(FinishedAnswer))]
public sealed partial class WakeUpJson : JsonSerializerContext;
