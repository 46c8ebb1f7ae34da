using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>What Azure's content filter reports.</summary>
internal static class ContentFilter
{
    private static readonly string[] s_categories = ["hate", "self_harm", "sexual", "violence"];

    public static JsonObject Results(string? filtered = null) =>
        new(s_categories.Select(category => KeyValuePair.Create<string, JsonNode?>(
            category, new JsonObject { ["filtered"] = category == filtered, ["severity"] = category == filtered ? "high" : "safe" })));
}
