using System.Text.Json.Nodes;
using ChatBot.Functions.Hosting;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Hosting;

public sealed class ManifestTests(TestStack stack)
{
    private static readonly string s_snapshot = Path.Combine(RepositoryRoot.Path, "tests", "ChatBot.Tests", "Hosting", "functions.snapshot.txt");

    /// <summary>On a change that is meant, run with CHATBOT_UPDATE_SNAPSHOTS=1 and read the difference.</summary>
    [Fact]
    public void The_functions_are_those_of_the_committed_snapshot()
    {
        var current = string.Concat(Functions().OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name}/function.json\n{f.Json}\n\n"));
        if (Environment.GetEnvironmentVariable("CHATBOT_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(s_snapshot, current);
        }

        Assert.Equal(File.ReadAllText(s_snapshot), current);
    }

    [Fact]
    public void Every_route_of_the_api_is_one_function_and_no_two_overlap()
    {
        var routes = stack.Program.Routes.Where(r => r.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).ToList();
        var bindings = Functions().Select(f => JsonNode.Parse(f.Json)!["bindings"]!.AsArray()[0]!).Where(b => (string?)b["type"] == "httpTrigger").ToList();

        Assert.Equal(routes.Count, bindings.Count);
        // The host matches by the alphabet and not by how specific a route is: a parameter must never stand where another route has a word.
        var seen = bindings
            .SelectMany(b => b["methods"]!.AsArray().Select(m => $"{m} {System.Text.RegularExpressions.Regex.Replace((string)b["route"]!, @"\{[^}]*\}", "*")}"))
            .ToList();
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.DoesNotContain(seen, route => route.Contains("**", StringComparison.Ordinal));
        Assert.All(
            seen.SelectMany(a => seen.Where(b => a != b).Select(b => (A: a.Split('/', ' '), B: b.Split('/', ' ')))),
            pair => Assert.False(pair.A.Length == pair.B.Length && pair.A.Zip(pair.B).All(p => p.First == p.Second || p.First == "*" || p.Second == "*")));
    }

    private IEnumerable<(string Name, string Json)> Functions() => Manifest.Functions(stack.Program.Routes);
}
