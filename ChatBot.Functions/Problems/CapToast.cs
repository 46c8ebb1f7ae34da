using System.Text.Json;

namespace ChatBot.Functions.Problems;

/// <summary>What users are shown of a cap in their way.</summary>
internal static class CapToast
{
    /// <summary>Null where the allowance of their period is used up.</summary>
    public static string? Of(IDictionary<string, JsonElement>? facts)
    {
        var cap = facts is not null && facts.TryGetValue("cap", out var name) ? name.GetString() : null;
        var isOfDeployment = cap?.StartsWith("deployment", StringComparison.Ordinal) is true;
        return LimitRefusal.IsReserved(facts)
            ? isOfDeployment ? "The service is busy at the moment. Please try again shortly." : "Please wait for your other answers to finish."
            : cap switch
            {
                _ when isOfDeployment => "The service has reached its limit. Please try again later.",
                "daily_tokens" or "daily_cost" => "You have used up your allowance for today.",
                "own_key_tokens" => "You have used up the allowance for your own key.",
                _ => null,
            };
    }
}
