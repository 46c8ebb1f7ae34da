using System.Text.RegularExpressions;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Infrastructure;

public sealed partial class AlertRuleTests
{
    [Theory]
    [InlineData("poison-messages", "AppMetrics", "\"chatbot.queue.dead_letters\"")]
    [InlineData("queue-age", "AppMetrics", "\"chatbot.queue.age\"")]
    [InlineData("server-errors", "AppRequests", "toint(ResultCode) >= 500")]
    [InlineData("cap-refusals", "AppMetrics", "\"chatbot.cap.refusals\"")]
    [InlineData("interrupted-completions", "AppMetrics", "\"chatbot.completions.ended\" and tostring(Properties[\"chatbot.end\"]) == \"interrupted\"")]
    public async Task Each_of_the_five_is_watched_and_told_to_the_operators(string name, string table, string condition)
    {
        var plan = await Plan.Full;
        var rule = Assert.Single(
            plan.All("Microsoft.Insights/scheduledQueryRules"), r => ((string)r["name"]!).EndsWith(name, StringComparison.Ordinal))["properties"]!;
        var criterion = Assert.Single(rule["criteria"]!["allOf"]!.AsArray())!;

        Assert.StartsWith(table + " | ", (string?)criterion["query"], StringComparison.Ordinal);
        Assert.Contains(condition, (string?)criterion["query"], StringComparison.Ordinal);
        Assert.Contains($"{criterion["metricMeasureColumn"]} = ", (string?)criterion["query"], StringComparison.Ordinal);
        Assert.Equal([(string?)plan.Only("Microsoft.OperationalInsights/workspaces")["id"]], rule["scopes"]!.AsArray().Select(s => (string?)s));
        Assert.Equal([(string?)plan.Only("Microsoft.Insights/actionGroups")["id"]], rule["actions"]!["actionGroups"]!.AsArray().Select(s => (string?)s));
        Assert.True((bool)rule["enabled"]!);
    }

    [Fact]
    public async Task No_rule_waits_for_a_metric_that_the_program_does_not_have()
    {
        // Which another test holds against the instruments of the program.
        var told = File.ReadAllText(RepositoryRoot.Combine("docs", "telemetry.md"));
        var watched = MetricName().Matches((await Plan.Full).Text).Select(m => m.Groups[1].Value).ToList();

        Assert.Equal(4, watched.Count);
        Assert.All(watched, name => Assert.Contains($"| `{name}` |", told, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_operators_are_those_of_the_parameters()
    {
        var group = (await Plan.Full).Only("Microsoft.Insights/actionGroups")["properties"]!;

        Assert.Equal(["operators@example.com"], group["emailReceivers"]!.AsArray().Select(e => (string?)e!["emailAddress"]));
    }

    // As the quotation marks are within JSON.
    [GeneratedRegex(@"Name == (?:\\u0022|\\"")([a-z._]+)")]
    private static partial Regex MetricName();
}
