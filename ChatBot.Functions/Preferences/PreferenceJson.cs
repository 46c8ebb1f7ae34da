using System.Text.Json.Serialization;
using ChatBot.Shared.Preferences;

namespace ChatBot.Functions.Preferences;

/// <summary>The jsonb columns. What is null is not meant, so it is not written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenAISettings))]
[JsonSerializable(typeof(NotificationSettings))]
public sealed partial class PreferenceJson : JsonSerializerContext;
