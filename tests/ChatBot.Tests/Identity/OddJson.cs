using System.Text.Json.Nodes;
using CsCheck;

namespace ChatBot.Tests.Identity;

/// <summary>JSON as no writer makes it, and what is nearly JSON.</summary>
internal static class OddJson
{
    /// <param name="canary">A text that is in some of it.</param>
    public static Gen<string> Any(string canary)
    {
        var texts = OneOf(
            "", "a", canary, canary + "\\u0000", "\\ud800", canary + "\\udfff", "\\u00e9", "\\ud83d\\ude00", " ", "\\\"", new string('x', 5_000),
            "5f1b1a62-53a3-4e4c-9f2f-0f6f4c1a0000", "5f1b1a62-53a3-4e4c-9f2f-0f6f4c1a0000 ", "authenticated", "service_role", "billing", "ES256", "none");
        var numbers = OneOf(
            "0", "-0", "1", "-1", "0.5", "1e5", "1e-5", "1e308", "1e309", "-1e309", "1e999999", "1e-999999", "1e99999999999", "1E+400", "1e-99999999999",
            "9223372036854775807", "9223372036854775808", "4102444800", "4102444800.5", "253402300800", "1" + new string('0', 400));
        var words = OneOf("null", "true", "false", "\"HERE\"", "", "{", "nul", "{}x", "[1,]", "'a'", "01", "\u0000", "\uFEFF1");
        return Gen.Recursive<string>((depth, self) => depth > 4
            ? numbers
            : Gen.Frequency(
                (4, texts.Select(t => $"\"{t}\"")),
                (4, numbers),
                (2, words),
                (1, Gen.Int[1, 80].Select(d => new string('[', d) + new string(']', d))),
                (2, self.Array[0, 4].Select(items => $"[{string.Join(',', items)}]")),
                (2, Gen.Select(texts, self).Array[0, 4].Select(members => $"{{{string.Join(',', members.Select(m => $"\"{m.Item1}\":{m.Item2}"))}}}"))));
    }

    public static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(n => texts[n]);

    /// <summary>An object's text with another value for one of its members, or with one more.</summary>
    public static string With(string json, string name, string value)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        node[name] = "PLACE";
        return node.ToJsonString().Replace("\"PLACE\"", value, StringComparison.Ordinal);
    }
}
