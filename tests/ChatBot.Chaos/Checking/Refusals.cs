namespace ChatBot.Chaos.Checking;

internal static class Refusals
{
    public static Finding Check(Facts facts)
    {
        var probes = facts.Evidence.Probes;
        var wrong = probes
            .Where(p => p.Fits ? p.Status != 200 : p.Code != "usage_cap_exceeded")
            .Select(p => $"user {p.UserId}: a send that {(p.Fits ? "just fits" : "misses by one token")} was answered {p.Status} {p.Code}");
        return new("4b", "refused is what does not fit, and nothing else", $"{probes.Count} sends at the edge of a cap", [.. wrong]);
    }
}
