using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChatBot.Tests.Routes;

/// <summary>Tells whether a response is as documented, by the rule at the head of docs/api.md, and which id stands for which.</summary>
/// <param name="ids">Ids of the document, with those that the program gave in their place.</param>
internal sealed partial class DocumentedValues(IEnumerable<KeyValuePair<string, string>> ids)
{
    private readonly Dictionary<string, string> _ids = new(ids);

    public IReadOnlyDictionary<string, string> Ids => _ids;

    /// <summary>What differs first; null where nothing does.</summary>
    public string? Compare(string form, string told, string given) => form switch
    {
        "json" => Compare("", JsonNode.Parse(told), JsonNode.Parse(given)),
        "text" when told.StartsWith("id: ", StringComparison.Ordinal) => Compare("", Events(told), Events(given)),
        _ => IsSame(told.TrimEnd(), given.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd()) ? null : $"documented {told}, is {given}",
    };

    private string? Compare(string path, JsonNode? told, JsonNode? given) => (told, given) switch
    {
        (JsonObject o, JsonObject other) when !o.Select(m => m.Key).Order().SequenceEqual(other.Select(m => m.Key).Order()) =>
            $"{path}: documented are {string.Join(' ', o.Select(m => m.Key))}, there are {string.Join(' ', other.Select(m => m.Key))}",
        (JsonObject o, JsonObject other) => o.Select(m => Compare($"{path}.{m.Key}", m.Value, other[m.Key])).FirstOrDefault(d => d is not null),
        (JsonArray a, JsonArray other) when a.Count > other.Count || (a.Count == 0 && other.Count > 0) => $"{path}: documented are {a.Count}, there are {other.Count}",
        (JsonArray a, JsonArray other) => a.Zip(other).Select((pair, n) => Compare($"{path}[{n}]", pair.First, pair.Second)).FirstOrDefault(d => d is not null),
        _ when told?.GetValueKind() == given?.GetValueKind() && (Varies().IsMatch(path) || IsSame($"{told}", $"{given}")) => null,
        _ => $"{path}: documented is {told ?? "null"}, is {given ?? "null"}",
    };

    /// <summary>Headers that are not as documented.</summary>
    public string? Compare(IEnumerable<(string Name, string Value)> told, IReadOnlyDictionary<string, string> given) => told
        .Where(h => !given.TryGetValue(h.Name, out var value) || !(Varies().IsMatch(h.Name) || IsSame(h.Value, value)))
        .Select(h => $"the header {h.Name}: documented is {h.Value}, is {given.GetValueOrDefault(h.Name)}")
        .FirstOrDefault();

    /// <summary>But for ids, which must be the same in the same places, and times.</summary>
    private bool IsSame(string told, string given)
    {
        var (tellers, givers) = (Id().Matches(told), Id().Matches(given));
        return tellers.Count == givers.Count
            && tellers.Zip(givers).All(pair => StandsFor(pair.First.Value, pair.Second.Value))
            && Neutral(told) == Neutral(given);
    }

    private bool StandsFor(string told, string given) =>
        _ids.TryGetValue(told, out var known) ? known == given : !_ids.ContainsValue(given) && _ids.TryAdd(told, given);

    private static string Neutral(string text) => Time().Replace(Id().Replace(text, "id"), "time");

    /// <summary>The events of a stream, with its text in one, as it may come in any pieces.</summary>
    private static JsonArray Events(string stream)
    {
        var events = new JsonArray();
        JsonObject? text = null;
        foreach (var lines in stream.Trim().Split("\n\n").Select(e => e.Split('\n')))
        {
            JsonNode data = lines[^1] is "data: [DONE]" ? "[DONE]" : JsonNode.Parse(lines[^1]["data: ".Length..])!;
            if (data is not JsonObject part || (string?)part["type"] != "text-delta")
            {
                events.Add(new JsonObject { ["id"] = lines.Length > 1 ? lines[0] : null, ["data"] = data });
                continue;
            }

            if (text is null)
            {
                events.Add(text = part);
            }
            else
            {
                text["delta"] = $"{text["delta"]}{part["delta"]}";
            }
        }

        return events;
    }

    [GeneratedRegex(@"^Retry-After$|\.(seq|version|bytes|traceId|\w*(Seconds|Milliseconds))$")]
    private static partial Regex Varies();

    // UUIDs, hashes and cursors; an ETag.
    [GeneratedRegex("""[\w-]{32,}|(?<=^")[0-9a-f]{15,16}(?="$)""")]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d{2}(-\d{2}(T[\d:.]+(Z|\+00:00))?)?")]
    private static partial Regex Time();
}
