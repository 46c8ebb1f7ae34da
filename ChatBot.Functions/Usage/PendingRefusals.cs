using System.Text.Json;

namespace ChatBot.Functions.Usage;

/// <summary>Refusals of one user by one limit that are not written yet.</summary>
/// <param name="FirstAt">A timestamp of the clock, as <paramref name="LastAt"/> is.</param>
/// <param name="Facts">Those of the last, as JSON: of which cap, and in which period.</param>
internal readonly record struct PendingRefusals(int Count, long FirstAt, long LastAt, CapFacts Facts)
{
    public static PendingRefusals operator +(PendingRefusals earlier, PendingRefusals later) =>
        new(earlier.Count + later.Count, earlier.FirstAt, later.LastAt, later.Facts);
}

/// <summary>What a refusal says of its cap, as raw JSON, so that no digit is lost; null where it says nothing.</summary>
internal readonly record struct CapFacts(string? Limit, string? Used, string? StartsAt, string? ResetsAt)
{
    public static CapFacts Of(IDictionary<string, JsonElement>? facts)
    {
        return new(Raw("limit"), Raw("used"), Raw("startsAt"), Raw("resetsAt"));

        string? Raw(string name) => facts is not null && facts.TryGetValue(name, out var fact) ? fact.GetRawText() : null;
    }
}
