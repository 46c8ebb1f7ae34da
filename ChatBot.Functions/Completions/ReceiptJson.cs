using System.Text.Json.Serialization;
using ChatBot.Shared.Completions;

namespace ChatBot.Functions.Completions;

/// <summary>A null would fail the client's schema, so what is not known is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Receipt))]
public sealed partial class ReceiptJson : JsonSerializerContext;
