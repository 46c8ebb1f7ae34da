using System.Globalization;
using System.Text.Json;

namespace ChatBot.Functions.Problems;

/// <summary>The headers <c>RateLimit</c> and <c>RateLimit-Policy</c> of the IETF's httpapi group, from the facts of a refusal.</summary>
internal static class RateLimitHeaders
{
    public static void Write(IHeaderDictionary headers, string policy, IDictionary<string, JsonElement> facts, TimeSpan? retryAfter)
    {
        if (Number(facts, "limit") is not { } limit)
        {
            return;
        }

        var window = Number(facts, "windowSeconds") is { } seconds ? $";w={Whole(seconds)}" : "";
        var reset = retryAfter is { } wait ? $";t={Whole(Math.Ceiling(wait.TotalSeconds))}" : "";
        headers["RateLimit-Policy"] = $"\"{policy}\";q={Whole(limit)}{window}";
        headers["RateLimit"] = $"\"{policy}\";r={Whole(Number(facts, "wouldFit") ?? 0)}{reset}";
    }

    private static double? Number(IDictionary<string, JsonElement> facts, string name) =>
        facts.TryGetValue(name, out var fact) && fact.ValueKind == JsonValueKind.Number ? fact.GetDouble() : null;

    // The headers know whole numbers only; a cost is cut to its whole units.
    private static string Whole(double number) => Math.Floor(number).ToString("F0", CultureInfo.InvariantCulture);
}
