using System.Globalization;
using System.Text.Json;
using System.Threading.RateLimiting;
using ChatBot.Functions.Problems;

namespace ChatBot.Functions.RateLimiting;

internal static class RateLimitProblem
{
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);

    public static ProblemResult Of(string what, int limit, RateLimitLease refused) => new(
        ProblemKind.RateLimited,
        string.Create(CultureInfo.InvariantCulture, $"There may be {limit} {what} a minute. Send the request again after the time in Retry-After."),
        facts: Facts(("limit", limit), ("windowSeconds", 60)),
        retryAfter: refused.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > s_moment ? wait : s_moment);

    public static ProblemResult AtOnce(int limit) => new(
        ProblemKind.RateLimited,
        string.Create(CultureInfo.InvariantCulture, $"There may be {limit} requests of one user at once, streams included. Send the request again when another one has ended."),
        facts: Facts(("limit", limit)),
        retryAfter: s_moment);

    private static Dictionary<string, JsonElement> Facts(params ReadOnlySpan<(string Name, int Value)> facts)
    {
        var all = new Dictionary<string, JsonElement>(facts.Length);
        foreach (var (name, value) in facts)
        {
            all[name] = JsonElement.Parse(value.ToString(CultureInfo.InvariantCulture));
        }

        return all;
    }
}
