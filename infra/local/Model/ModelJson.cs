using System.Text.Json.Serialization;

namespace ChatBot.Local;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(CallOutcomeConverter)])]
[JsonSerializable(typeof(IReadOnlyList<ModelCall>))]
internal sealed partial class ModelJson : JsonSerializerContext;
