using System.Text.RegularExpressions;
using ChatBot.Functions.Problems;
using ChatBot.Local;
using ChatBot.Shared.Completions;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Hosting;

/// <summary>Tables in the documentation match the program.</summary>
public sealed partial class DocumentationTests(TestStack stack)
{
    private const int MaxReadmeLines = 150;

    private static readonly string s_api = Read("docs", "api.md");

    [Fact]
    public void The_readme_is_short() => Assert.InRange(Read("README.md").Split('\n').Length, 1, MaxReadmeLines);

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var documents = Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md", SearchOption.AllDirectories).Append(RepositoryRoot.Combine("README.md"));

        Assert.All(documents, document =>
        {
            foreach (var (path, anchor) in Link().Matches(File.ReadAllText(document)).Select(m => (m.Groups[1].Value, m.Groups[2].Value)))
            {
                var target = path.Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, path);
                Assert.True(Path.Exists(target), $"{document} links to {path}");
                Assert.True(anchor.Length == 0 || Anchors(target).Contains(anchor), $"{document} links to {path}#{anchor}");
            }
        });
    }

    [Fact]
    public void The_files_that_the_architecture_names_exist()
    {
        var named = FileName().Matches(Read("docs", "architecture.md")).Select(m => m.Groups[1].Value).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, file => Assert.True(
            File.Exists(RepositoryRoot.Combine("ChatBot.Functions", file)) || File.Exists(RepositoryRoot.Combine("infra", "supabase", "schemas", "functions", file)), file));
    }

    [Fact]
    public void The_table_of_errors_is_the_catalogue()
    {
        var told = ErrorRow().Matches(Read("docs", "errors.md")).Select(m => (Status: int.Parse(m.Groups[1].Value, null), Code: m.Groups[2].Value)).Order();

        Assert.Equal(ProblemKind.All.Select(kind => (kind.Status, kind.Code)).Order(), told);
    }

    [Fact]
    public void The_table_of_routes_is_the_programs()
    {
        var told = RouteRow().Matches(s_api).Select(m => $"{m.Groups[1].Value} /api{m.Groups[2].Value} {m.Groups[3].Value}").Order();
        var mapped = stack.Program.Routes
            .Where(r => r.Metadata.GetMetadata<IEndpointNameMetadata>() is not null)
            .Select(r =>
            {
                var name = r.Metadata.GetRequiredMetadata<IEndpointNameMetadata>().EndpointName;
                return $"{r.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods[0]} {r.RoutePattern.RawText} {char.ToLowerInvariant(name[0])}{name[1..]}";
            })
            .Order();

        Assert.Equal(mapped, told);
    }

    [Fact]
    public void Every_setting_that_the_code_reads_is_documented()
    {
        var settings = Read("docs", "settings.md");
        var code = Directory.EnumerateFiles(RepositoryRoot.Combine("ChatBot.Functions", "Settings"), "*.cs")
            .SelectMany(file => SettingName().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal)))
            .Distinct();

        Assert.All(code, name => Assert.Contains($"`{name}", settings, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_the_receipt_has_each_member()
    {
        var table = s_api[s_api.IndexOf("| Member of the receipt |", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];

        Assert.All(
            typeof(Receipt).GetProperties(),
            member => Assert.Contains($"`{char.ToLowerInvariant(member.Name[0])}{member.Name[1..]}`", table, StringComparison.Ordinal));
    }

    private static string Read(params string[] path) => File.ReadAllText(RepositoryRoot.Combine(path));

    // As GitHub makes them of headings.
    private static HashSet<string> Anchors(string document) =>
        [.. Heading().Matches(File.ReadAllText(document)).Select(m => NotInAnchors().Replace(m.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([A-Za-z]+/[A-Za-z]+\.cs|[a-z]+\.[a-z_]+\.sql)`")]
    private static partial Regex FileName();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9 _-]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"^\| (\d{3}) \| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex ErrorRow();

    [GeneratedRegex(@"^\| `(GET|POST|PUT|PATCH|DELETE) ([^`?]+)[^`]*` \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex RouteRow();

    [GeneratedRegex("\"((?:Database|Supabase|AzureWebJobsStorage|OpenAI|AzureOpenAI|Encryption|Streams|ModelCalls|Cors|Alerts|Reconciliation|Logging|Limits):[A-Za-z:]+|(?:OTEL|APPLICATIONINSIGHTS)_[A-Z_]+)\"")]
    private static partial Regex SettingName();
}
