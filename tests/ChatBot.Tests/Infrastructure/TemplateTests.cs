using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChatBot.Local;
using ChatBot.Tests.Local;
using Xunit;

namespace ChatBot.Tests.Infrastructure;

/// <summary>The templates of infra, before the compiler and its linter; their rules are in infra/bicepconfig.json.</summary>
public sealed partial class TemplateTests
{
    private static readonly string s_infra = RepositoryRoot.Combine("infra");

    [Fact]
    public async Task The_linter_has_nothing_to_say()
    {
        Assert.Equal((0, ""), await Run(s_infra, "lint", "--pattern", "**/*.bicep"));
        Assert.Equal((0, ""), await LintAll(s_infra));
    }

    [Fact]
    public async Task Main_compiles_to_a_template_with_its_parameters()
    {
        using var copy = new TemporaryDirectory();
        var template = Path.Combine(copy.Path, "main.json");

        var result = await Run(s_infra, "build", "main.bicep", "--outfile", template);

        Assert.Equal((0, ""), result);
        var parameters = JsonNode.Parse(await File.ReadAllTextAsync(template, TestContext.Current.CancellationToken))!["parameters"]!.AsObject();
        // An operator reads these, and nothing else, before a deployment.
        Assert.All(parameters.Where(p => (string?)p.Value!["type"] != "securestring"), p => Assert.NotNull(p.Value!["metadata"]?["description"]));
        // The documentation tells all of them.
        var told = DocumentedParameters().SelectMany(row => BackTicked().Matches(row).Select(m => m.Groups[1].Value));
        Assert.Equal(parameters.Select(p => p.Key).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        // Nothing can be deployed but what these name: all others have a default.
        Assert.Equal(["environmentName", "location", "supabaseUrl"], parameters
            .Where(p => p.Value!["defaultValue"] is null && p.Value["nullable"] is null).Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("AZURE_ENV_NAME")]
    [InlineData("SUPABASE_URL")]
    [InlineData("ALLOWED_ORIGINS")]
    public async Task What_is_missing_in_the_environment_is_named(string name)
    {
        var environment = BicepCompiler.Environment.Where(v => v.Key != name).ToDictionary();

        var (exitCode, output) = await BicepCompiler.Run(s_infra, ["lint", "main.bicepparam"], environment, TestContext.Current.CancellationToken);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(name, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("main.bicep", "param unused string = ''", "no-unused-params")]
    [InlineData("modules/storage.bicep", "output key string = account.listKeys().keys[0].value", "outputs-should-not-contain-secrets")]
    [InlineData(
        "modules/identity.bicep",
        "resource old 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = { name: name }",
        "use-recent-api-versions")]
    [InlineData("main.bicepparam", "param models = [{ provider: 'azure', name: 'gpt-4o' }]", "BCP035")]
    public async Task A_template_that_is_made_worse_is_found(string file, string line, string rule)
    {
        using var copy = new TemporaryDirectory();
        CopyTemplates(copy.Path);
        await File.AppendAllTextAsync(Path.Combine(copy.Path, file), $"\n{line}\n", TestContext.Current.CancellationToken);

        var (exitCode, output) = await LintAll(copy.Path);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(rule, output, StringComparison.Ordinal);
    }

    // The parameters lead to the template, and that one to its modules.
    private static Task<(int ExitCode, string Output)> LintAll(string directory) => Run(directory, "lint", "main.bicepparam");

    private static Task<(int ExitCode, string Output)> Run(string directory, params IReadOnlyList<string> arguments) =>
        BicepCompiler.Run(directory, arguments, BicepCompiler.Environment, TestContext.Current.CancellationToken);

    private static IEnumerable<string> DocumentedParameters() =>
        File.ReadAllText(RepositoryRoot.Combine("docs", "deployment.md")).Split("| Parameter |")[1].Split("\n\n")[0]
            .Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|')[1]);

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex BackTicked();

    private static void CopyTemplates(string to)
    {
        Directory.CreateDirectory(Path.Combine(to, "modules"));
        foreach (var file in Directory.EnumerateFiles(s_infra, "*.bicep*").Concat(Directory.EnumerateFiles(s_infra, "bicepconfig.json"))
            .Concat(Directory.EnumerateFiles(Path.Combine(s_infra, "modules"))))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(s_infra, file)));
        }
    }
}
