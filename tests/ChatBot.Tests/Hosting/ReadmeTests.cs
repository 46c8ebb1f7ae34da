using System.Text.RegularExpressions;
using ChatBot.Functions.Problems;
using ChatBot.Local;
using ChatBot.Shared.Completions;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Hosting;

/// <summary>What the README says in tables is what the program does.</summary>
public sealed partial class ReadmeTests(TestStack stack)
{
    private static readonly string s_readme = File.ReadAllText(RepositoryRoot.Combine("README.md"));

    [Fact]
    public void Its_table_of_errors_is_the_catalogue()
    {
        var told = ErrorRow().Matches(s_readme).Select(m => (Status: int.Parse(m.Groups[1].Value, null), Code: m.Groups[2].Value)).Order();

        Assert.Equal(ProblemKind.All.Select(kind => (kind.Status, kind.Code)).Order(), told);
    }

    [Fact]
    public void Its_table_of_routes_is_the_programs()
    {
        var told = RouteRow().Matches(s_readme).Select(m => $"{m.Groups[1].Value} /api{m.Groups[2].Value} {m.Groups[3].Value}").Order();
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
    public void It_tells_every_setting_that_the_code_reads()
    {
        var code = Directory.EnumerateFiles(RepositoryRoot.Combine("ChatBot.Functions", "Settings"), "*.cs")
            .SelectMany(file => SettingName().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal)))
            .Distinct();

        Assert.All(code, name => Assert.Contains($"`{name}", s_readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Its_table_of_the_receipt_has_each_member()
    {
        var table = s_readme[s_readme.IndexOf("| Member of the receipt |", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];

        Assert.All(
            typeof(Receipt).GetProperties(),
            member => Assert.Contains($"`{char.ToLowerInvariant(member.Name[0])}{member.Name[1..]}`", table, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| (\d{3}) \| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex ErrorRow();

    [GeneratedRegex(@"^\| `(GET|POST|PUT|PATCH|DELETE) ([^`?]+)[^`]*` \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex RouteRow();

    [GeneratedRegex("\"((?:Database|Supabase|AzureWebJobsStorage|OpenAI|AzureOpenAI|Encryption|Streams|ModelCalls|Cors|Alerts|Reconciliation|Logging|Limits):[A-Za-z:]+|(?:OTEL|APPLICATIONINSIGHTS)_[A-Z_]+)\"")]
    private static partial Regex SettingName();
}
