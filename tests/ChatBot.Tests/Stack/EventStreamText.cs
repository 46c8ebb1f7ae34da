using System.Text.Json.Nodes;

namespace ChatBot.Tests.Stack;

/// <summary>A UI message stream, taken apart.</summary>
public sealed record EventStreamText(IReadOnlyList<JsonNode> Parts, IReadOnlyList<string> Ids, bool IsDone)
{
    public string Text => string.Concat(Parts.Where(p => (string?)p["type"] == "text-delta").Select(p => (string?)p["delta"]));

    public string[] Types => [.. Parts.Select(p => (string)p["type"]!)];

    public Guid MessageId => Guid.Parse((string)Parts[0]["messageId"]!);

    public JsonNode Last => Parts[^1];

    /// <summary>The problem within the error event.</summary>
    public JsonNode Error => JsonNode.Parse((string)Parts.Single(p => (string?)p["type"] == "error")["errorText"]!)!;

    public static EventStreamText Parse(string body)
    {
        List<JsonNode> parts = [];
        List<string> ids = [];
        var isDone = false;
        foreach (var line in body.Split('\n'))
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                ids.Add(line[4..]);
            }
            else if (line == "data: [DONE]")
            {
                isDone = true;
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                parts.Add(JsonNode.Parse(line[6..])!);
            }
        }

        return new EventStreamText(parts, ids, isDone);
    }
}
