using System.Text.Json.Nodes;

namespace ChatBot.Tests.Billing;

/// <summary>Bodies that name each limit, null where nothing else is said.</summary>
internal static class PlanBody
{
    public static JsonObject Of(string name, params ReadOnlySpan<(string Name, JsonNode? Value)> members) => With(
        new JsonObject
        {
            ["name"] = name, ["tokenCap"] = null, ["costCap"] = null, ["ownKeyTokenCap"] = null, ["dailyTokenCap"] = null, ["dailyCostCap"] = null, ["modelsAllowed"] = null,
        },
        members);

    public static JsonObject OfUser(string planId, params ReadOnlySpan<(string Name, JsonNode? Value)> members) => With(
        new JsonObject
        {
            ["planId"] = planId, ["tokenCap"] = null, ["costCap"] = null, ["ownKeyTokenCap"] = null, ["dailyTokenCap"] = null, ["dailyCostCap"] = null, ["blockedReason"] = null,
        },
        members);

    public static JsonObject OfDeployment(params ReadOnlySpan<(string Name, JsonNode? Value)> members) => With(
        new JsonObject { ["tokenCap"] = null, ["costCap"] = null, ["requestsPerMinute"] = null, ["concurrentStreams"] = null }, members);

    private static JsonObject With(JsonObject body, ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        foreach (var (name, value) in members)
        {
            body[name] = value;
        }

        return body;
    }
}
