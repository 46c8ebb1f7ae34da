using System.Text.Json;
using System.Text.RegularExpressions;

namespace ChatBot.EndToEndTests.Worker;

/// <summary>A route of the package, as its metadata tells the host.</summary>
public sealed partial record HttpRoute(string Function, string Method, string Template)
{
    public static IReadOnlyList<HttpRoute> All { get; } = [.. Read()];

    /// <summary>A path that it matches.</summary>
    public string Path => "/api/" + Parameter().Replace(Template, match => match.Value.EndsWith(":guid}", StringComparison.Ordinal) ? $"{Guid.NewGuid()}" : "x1");

    private static IEnumerable<HttpRoute> Read()
    {
        using var metadata = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(PublishedProgram.Package, "functions.metadata")));
        foreach (var function in metadata.RootElement.EnumerateArray())
        {
            var trigger = function.GetProperty("bindings")[0];
            if (trigger.GetProperty("type").GetString() == "httpTrigger")
            {
                var method = trigger.GetProperty("methods").EnumerateArray().Single().GetString()!.ToUpperInvariant();
                yield return new(function.GetProperty("name").GetString()!, method, trigger.GetProperty("route").GetString()!);
            }
        }
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
