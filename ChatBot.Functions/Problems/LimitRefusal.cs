using System.Text.Json;

namespace ChatBot.Functions.Problems;

/// <summary>Which limit refused a request.</summary>
/// <param name="Kind">One of the kinds that <c>billing.refusals</c> knows.</param>
/// <param name="Cap">The cap in the way; empty where the limit is none.</param>
public readonly record struct LimitRefusal(string Kind, string Cap)
{
    /// <summary>Null where the problem is no refusal by a limit.</summary>
    public static LimitRefusal? Of(ProblemResult? problem) => problem?.Kind.Code switch
    {
        null => null,
        var code when code == ProblemKind.UsageCapExceeded.Code => new(IsReserved(problem.Facts) ? "reserved" : "cap", problem.Facts!["cap"].GetString()!),
        var code when code == ProblemKind.RateLimited.Code => new("rate", ""),
        var code when code == ProblemKind.TooManyStreams.Code => new("streams", ""),
        var code when code == ProblemKind.QuotaExceeded.Code => new("quota", ""),
        var code when code == ProblemKind.AccountBlocked.Code => new("blocked", ""),
        var code when code == ProblemKind.ModelNotAllowed.Code => new("model", ""),
        _ => null,
    };

    /// <summary>Whether it would fit, were it not for what running answers hold.</summary>
    public static bool IsReserved(IDictionary<string, JsonElement>? facts) =>
        facts is not null && facts.TryGetValue("reason", out var reason) && reason.ValueEquals("reserved");
}
