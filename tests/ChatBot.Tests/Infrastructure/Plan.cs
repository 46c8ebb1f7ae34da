using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Local;
using Xunit;

namespace ChatBot.Tests.Infrastructure;

/// <summary>
/// What a deployment would make: the compiler evaluates the templates, as Azure does, but for what only Azure can know, which it leaves as an
/// expression in brackets.
/// </summary>
internal sealed class Plan
{
    public const string Canary = "s3cret-canary";

    private static readonly Lazy<Task<Plan>> s_full = new(() =>
        Make(RepositoryRoot.Combine("tests", "ChatBot.Tests", "Infrastructure", "full.bicepparam")));

    private static readonly Lazy<Task<Plan>> s_example = new(() => Make(RepositoryRoot.Combine("infra", "main.bicepparam")));

    private Plan(string text)
    {
        Text = text;
        Resources = [.. JsonNode.Parse(text)!["predictedResources"]!.AsArray().Select(r => r!)];
        Outputs = JsonNode.Parse(text)!["outputs"]!.AsObject();
    }

    /// <summary>With everything that can be asked for.</summary>
    public static Task<Plan> Full => s_full.Value;

    /// <summary>With the committed example of parameters.</summary>
    public static Task<Plan> Example => s_example.Value;

    public string Text { get; }

    public IReadOnlyList<JsonNode> Resources { get; }

    public JsonObject Outputs { get; }

    public JsonNode App => Only("Microsoft.Web/sites");

    public IReadOnlyDictionary<string, string> AppSettings =>
        Only("Microsoft.Web/sites/config")["properties"]!.AsObject().ToDictionary(s => s.Key, s => (string)s.Value!);

    public IEnumerable<JsonNode> All(string type) => Resources.Where(r => (string?)r["type"] == type);

    public JsonNode Only(string type) => Assert.Single(All(type));

    private static async Task<Plan> Make(string parameters)
    {
        using var directory = new TemporaryDirectory();
        // The snapshot is written beside the parameters, which name the template by its path.
        var copy = Path.Combine(directory.Path, "plan.bicepparam");
        var text = await File.ReadAllTextAsync(parameters);
        var template = RepositoryRoot.Combine("infra", "main.bicep");
        var withoutUsing = text[text.IndexOf('\n', StringComparison.Ordinal)..];
        await File.WriteAllTextAsync(copy, $"using '{Path.GetRelativePath(directory.Path, template).Replace('\\', '/')}'\n{withoutUsing}");
        var result = await BicepCompiler.Run(
            directory.Path,
            ["snapshot", copy, "--mode", "overwrite", "--location", "swedencentral",
                "--subscription-id", "11111111-1111-1111-1111-111111111111", "--tenant-id", "22222222-2222-2222-2222-222222222222"],
            new Dictionary<string, string>(BicepCompiler.Environment) { ["CANARY"] = Canary },
            CancellationToken.None);
        Assert.Equal((0, ""), result);
        return new Plan(await File.ReadAllTextAsync(Path.ChangeExtension(copy, ".snapshot.json")));
    }
}
