using System.Text.Json;
using System.Text.Json.Serialization;
using ChatBot.Shared.Billing;

namespace ChatBot.Functions.Billing;

/// <summary>Changes of plans as the database takes them: an object whose members are named as the columns are.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(UserPlan))]
internal sealed partial class PlanJson : JsonSerializerContext
{
    public static string Write(Plan changes, IReadOnlySet<string> named) => Write(JsonSerializer.SerializeToElement(changes, Default.Plan), named);

    public static string Write(UserPlan changes, IReadOnlySet<string> named) => Write(JsonSerializer.SerializeToElement(changes, Default.UserPlan), named);

    private static string Write(JsonElement all, IReadOnlySet<string> named)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var name in named.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))
            {
                writer.WritePropertyName(name);
                all.GetProperty(name).WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length);
    }
}
