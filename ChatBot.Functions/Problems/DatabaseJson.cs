using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatBot.Functions.Problems;

/// <summary>The facts that a refusal of the database carries in its hint.</summary>
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
public sealed partial class DatabaseJson : JsonSerializerContext;
