using System.Text.RegularExpressions;
using ChatBot.Local;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace ChatBot.Tests.Infrastructure;

public sealed partial class WorkflowTests
{
    private static readonly string s_folder = RepositoryRoot.Combine(".github", "workflows");

    private static YamlNode Deploy => Assert.Single(Yaml.Read(".github", "workflows", "deploy.yml"));

    [Fact]
    public void Every_action_is_pinned_to_a_commit_and_says_which_version_that_is()
    {
        var uses = Directory.EnumerateFiles(s_folder, "*.yml").SelectMany(File.ReadAllLines)
            .Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(PinnedAction(), line));
    }

    [Fact]
    public void What_is_deployed_was_tested_and_packed_by_the_same_run()
    {
        Assert.Equal(["test"], Deploy.Items("jobs", "deploy", "needs").Select(n => n.ToString()));
        Assert.Equal("./.github/workflows/ci.yml", Deploy.Text("jobs", "test", "uses"));
        var steps = Assert.Single(Yaml.Read(".github", "workflows", "ci.yml")).Items("jobs", "test", "steps").ToList();
        Assert.Equal([".ci/run", "infra/package.sh artifacts/package"], steps.Select(step => step.Text("run")).OfType<string>().TakeLast(2));
        Assert.Equal("artifacts/chatbot.zip", steps[^1].Text("with", "path"));
    }

    [Fact]
    public void The_database_is_migrated_before_the_program_is_deployed_and_not_on_a_way_back()
    {
        var steps = Deploy.Items("jobs", "deploy", "steps").ToList();
        var migration = steps.FindIndex(step => step.Text("run")?.Contains("supabase db push", StringComparison.Ordinal) == true);
        var deployment = steps.FindIndex(step => step.Text("run")?.Contains("infra/deploy.sh", StringComparison.Ordinal) == true);

        Assert.True(migration >= 0 && migration < deployment, $"The migration is step {migration}, the deployment {deployment}.");
        Assert.Equal("${{ !inputs.roll_back_to }}", steps[migration].Text("if"));
        Assert.Null(steps[deployment].At("if"));
    }

    [Fact]
    public void A_job_may_do_no_more_than_it_needs()
    {
        foreach (var file in Directory.EnumerateFiles(s_folder, "*.yml"))
        {
            var workflow = Assert.Single(Yaml.Read(".github", "workflows", Path.GetFileName(file)));

            Assert.Equal("contents: read", Permissions(workflow));
            Assert.All(workflow.Members("jobs"), job => Assert.Equal(
                (Path.GetFileName(file), job.Key) == ("deploy.yml", "deploy") ? "actions: read, contents: read, id-token: write" : "", Permissions(job.Value)));
        }
    }

    [Fact]
    public void One_deployment_waits_for_another_and_is_never_broken_off()
    {
        Assert.Equal("false", Deploy.Text("concurrency", "cancel-in-progress"));
        Assert.DoesNotContain("${{", Deploy.Text("concurrency", "group"), StringComparison.Ordinal);
        Assert.Equal("production", Deploy.Text("jobs", "deploy", "environment"));
    }

    /// <summary>A shell would read what stands in an expression as its own words, and show it where it fails.</summary>
    [Fact]
    public void No_secret_and_no_input_stands_in_a_command()
    {
        var runs = Directory.EnumerateFiles(s_folder, "*.yml")
            .SelectMany(file => Assert.Single(Yaml.Read(".github", "workflows", Path.GetFileName(file))).Members("jobs").Values)
            .SelectMany(job => job.Items("steps"))
            .Select(step => step.Text("run"))
            .OfType<string>()
            .ToList();

        Assert.NotEmpty(runs);
        Assert.All(runs, run => Assert.DoesNotContain("${{", run, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Azd_deploys_the_project_to_the_app_that_bears_the_services_name()
    {
        var azd = Assert.Single(Yaml.Read("azure.yaml"));
        var service = Assert.Single(azd.Members("services"));

        Assert.Equal(("dotnet", "function"), (azd.Text("services", service.Key, "language"), azd.Text("services", service.Key, "host")));
        Assert.True(File.Exists(RepositoryRoot.Combine(azd.Text("services", service.Key, "project")!, "ChatBot.Functions.csproj")));
        Assert.True(File.Exists(RepositoryRoot.Combine(azd.Text("infra", "path")!, azd.Text("infra", "module") + ".bicep")));
        Assert.Equal(service.Key, (string?)(await Plan.Example).App["tags"]!["azd-service-name"]);
    }

    private static string Permissions(YamlNode node) =>
        string.Join(", ", node.Members("permissions").Select(p => $"{p.Key}: {p.Value}").Order(StringComparer.Ordinal));

    [GeneratedRegex(@"uses: (\./\.github/workflows/\S+|[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")]
    private static partial Regex PinnedAction();
}
