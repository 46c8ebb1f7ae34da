using System.Text.Json.Nodes;

namespace ChatBot.Tests.Routes;

/// <summary>Good bodies, to be spoilt in one place.</summary>
internal static class HostileBodies
{
    private const string Place = "\"PLACE\"";

    public static string Of(string route) => route switch
    {
        "CreateChat" => """{"id":"a","title":"A","model":"gpt-4o","systemPrompt":"Be kind."}""",
        "UpdateChat" => """{"title":"A","status":"archived","model":"gpt-4o","systemPrompt":"Be kind."}""",
        "CreateMessage" => """{"id":"a","content":"Hello"}""",
        "UpdateMessage" => """{"content":"Hello"}""",
        "PutFeedback" => """{"value":"up","comment":"Good."}""",
        "SendMessage" =>
            """{"message":{"id":"a","role":"user","content":"Hello [[tokens=2]]","parts":[{"type":"text","text":"Hello"}]},"model":"gpt-4o","onDisconnect":"stop","trigger":"submit-message","messageId":"b"}""",
        "Chat" => """{"id":"a","chatId":"b","messages":[{"id":"a","role":"user","parts":[{"type":"text","text":"Hello [[tokens=2]]"}]}],"trigger":"submit-message","messageId":"b","model":"gpt-4o"}""",
        "UpdatePreferences" => """{"theme":"dark","openaiSettings":{"preferred_model":"gpt-4o"},"notificationSettings":{"email_notifications":true}}""",
        "PutOpenAIKey" => """{"key":"sk-0123456789abcdef0123"}""",
        "EstimateUsage" => """{"chatId":"a","message":{"content":"Hello"},"model":"gpt-4o"}""",
        "StopStream" => """{"messageId":"a"}""",
        "PutPlanOfUser" or "UpdatePlanOfUser" =>
            """{"planId":"free","tokenCap":1,"costCap":1,"ownKeyTokenCap":1,"dailyTokenCap":1,"dailyCostCap":1,"periodAnchorDay":1,"requestsPerMinute":1,"concurrentStreams":1,"maxOutputTokens":1,"blockedReason":"No."}""",
        "PutPlan" or "UpdatePlan" =>
            """{"name":"A","maxChats":1,"maxMessagesPerChat":1,"maxStoredBytes":1,"tokenCap":1,"costCap":1,"ownKeyTokenCap":1,"dailyTokenCap":1,"dailyCostCap":1,"periodAnchorDay":1,"requestsPerMinute":1,"concurrentStreams":1,"maxOutputTokens":1,"modelsAllowed":["gpt-4o"],"stopsAtCap":true,"isDefault":false}""",
        "AddPrice" => """{"id":"0b6f1c2e-8f0a-4c57-9d3c-2f1f0d1a7a11","model":"a","validFrom":"2030-01-01T00:00:00Z","input":1,"cachedInput":1,"cacheWrite":1,"output":1,"reasoning":1,"currency":"USD"}""",
        "PutDeploymentLimits" => """{"tokenCap":1,"costCap":1,"requestsPerMinute":1,"concurrentStreams":1}""",
        "ReconcileBill" => "Date,MeterName,Quantity,UnitOfMeasure\n2026-10-20,gpt-4o-0806-Inp-glbl Tokens,90,1K\n",
        _ => """{"a":1}""",
    };

    /// <summary>The body with something odd in the place of one of its values, whichever comes at that number.</summary>
    public static string With(string body, int place, string odd)
    {
        if (!body.StartsWith('{'))
        {
            var cells = body.Split(',', '\n');
            cells[place % cells.Length] = odd;
            return string.Join(',', cells[..4]) + "\n" + string.Join(',', cells[4..8]) + "\n";
        }

        var json = JsonNode.Parse(body)!;
        var nodes = Places(json).ToList();
        var (parent, node) = (nodes[place % nodes.Count].Parent, nodes[place % nodes.Count]);
        if (parent is JsonArray array)
        {
            array[array.IndexOf(node)] = "PLACE";
        }
        else
        {
            parent![node.GetPropertyName()] = "PLACE";
        }

        return json.ToJsonString().Replace(Place, odd, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> Places(JsonNode node) => node switch
    {
        JsonObject json => json.Where(m => m.Value is not null).SelectMany(m => Places(m.Value!).Prepend(m.Value!)),
        JsonArray json => json.SelectMany(i => Places(i!).Prepend(i!)),
        _ => [],
    };
}
