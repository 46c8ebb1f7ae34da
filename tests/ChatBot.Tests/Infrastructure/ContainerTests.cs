using ChatBot.Functions.Hosting;
using ChatBot.Functions.Settings;
using ChatBot.Local;
using ChatBot.Tests.Settings;
using ChatBot.Tests.Stack;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace ChatBot.Tests.Infrastructure;

/// <summary>The image and its manifests, beside the program that they are made for. No image is built here.</summary>
public sealed class ContainerTests(TestStack stack)
{
    // What an ending program takes after its grace period, at the most: see ServerSetup.
    private const int SecondsAfterGrace = 10;

    private static readonly StreamSettings s_streams = SettingsText.Read().Streams;

    private static YamlNode Pod => Manifest("Deployment").At("spec", "template", "spec")!;

    private static YamlNode Container => Assert.Single(Pod.Items("containers"));

    [Fact]
    public void A_pod_is_given_the_time_that_the_program_takes_to_end()
    {
        var needed = Container.Number("lifecycle", "preStop", "sleep", "seconds") + s_streams.Grace.TotalSeconds + SecondsAfterGrace;

        Assert.InRange(Pod.Number("terminationGracePeriodSeconds"), needed, needed + 60);
    }

    [Theory]
    [InlineData("startupProbe")]
    [InlineData("livenessProbe")]
    [InlineData("readinessProbe")]
    public void Probes_ask_routes_of_the_program_that_need_no_token(string probe)
    {
        var path = Container.Text(probe, "httpGet", "path");

        var route = Assert.Single(stack.Program.Routes, r => r.RoutePattern.RawText == path);
        Assert.NotNull(route.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAllowAnonymous>());
    }

    [Fact]
    public void The_readiness_probe_waits_longer_than_the_program_for_its_database()
    {
        Assert.Equal("/api/health/ready", Container.Text("readinessProbe", "httpGet", "path"));
        Assert.True(Container.Number("readinessProbe", "timeoutSeconds") > 5);
        // A database that is away must not have the program killed.
        Assert.Equal("/api/health", Container.Text("livenessProbe", "httpGet", "path"));
    }

    [Fact]
    public void A_pod_may_do_nothing_that_the_program_does_not()
    {
        Assert.Equal("true", Pod.Text("securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", Pod.Text("securityContext", "seccompProfile", "type"));
        Assert.Equal("true", Container.Text("securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("false", Container.Text("securityContext", "allowPrivilegeEscalation"));
        Assert.Equal(["ALL"], Container.Items("securityContext", "capabilities", "drop").Select(c => c.ToString()));
    }

    [Fact]
    public void Pods_scale_with_the_queues_of_the_program()
    {
        var queues = Manifest("ScaledObject").Items("spec", "triggers")
            .Where(t => t.Text("type") == "azure-queue").Select(t => t.Text("metadata", "queueName"));

        Assert.Equal(
            TriggerTable.Queues.Select(f => f.Queue).Where(q => !q.EndsWith("-poison", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            queues.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_example_for_container_apps_is_as_patient_and_asks_the_same_routes()
    {
        var example = File.ReadAllText(RepositoryRoot.Combine("docs", "containers.md")).Split("```yaml\n")[1].Split("```")[0];
        var template = Assert.Single(Yaml.Parse(example)).At("properties", "template")!;
        var probes = Assert.Single(template.Items("containers")).Items("probes");

        Assert.True(template.Number("terminationGracePeriodSeconds") >= s_streams.Grace.TotalSeconds + SecondsAfterGrace);
        Assert.Equal(
            ["Startup", "Liveness", "Readiness"],
            probes.Where(p => p.Text("httpGet", "path") == Container.Text($"{p.Text("type")!.ToLowerInvariant()}Probe", "httpGet", "path"))
                .Select(p => p.Text("type")));
    }

    [Fact]
    public void The_image_starts_the_program_itself_as_a_user_without_rights()
    {
        var final = File.ReadAllText(RepositoryRoot.Combine("Dockerfile")).Split("\nFROM ")[^1].Split('\n');

        Assert.Equal("mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled", final[0]);
        // A shell in between would keep SIGTERM for itself.
        Assert.Contains("ENTRYPOINT [\"/app/ChatBot.Functions\"]", final);
        Assert.Contains("STOPSIGNAL SIGTERM", final);
        Assert.Contains("USER $APP_UID", final);
        Assert.Contains($"EXPOSE {Container.Items("ports")[0].Text("containerPort")}", final);
    }

    [Fact]
    public void The_build_is_given_what_it_takes()
    {
        var given = File.ReadAllLines(RepositoryRoot.Combine(".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();

        Assert.All(given, path => Assert.True(Path.Exists(RepositoryRoot.Combine(path)), $"There is no {path}."));
        Assert.Superset(
            new HashSet<string>
            {
                "ChatBot.Functions", "ChatBot.Shared", "infra/vocabulary", "Directory.Build.props", "Directory.Packages.props", "global.json", "host.json",
            },
            given.ToHashSet());
    }

    private static YamlNode Manifest(string kind) => Assert.Single(Yaml.Read("infra", "kubernetes", "chatbot.yaml"), d => d.Text("kind") == kind);
}
