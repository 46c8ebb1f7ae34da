using ChatBot.Functions;
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

    /// <summary>Of the native program, and of the worker.</summary>
    public static TheoryData<string> Manifests => ["chatbot.yaml", "worker.yaml"];

    private static YamlNode Pod => PodOf("chatbot.yaml");

    private static YamlNode Container => ContainerOf("chatbot.yaml");

    [Theory]
    [MemberData(nameof(Manifests))]
    public void A_pod_is_given_the_time_that_the_program_takes_to_end(string file)
    {
        var needed = ContainerOf(file).Number("lifecycle", "preStop", "sleep", "seconds") + s_streams.Grace.TotalSeconds + SecondsAfterGrace;

        Assert.InRange(PodOf(file).Number("terminationGracePeriodSeconds"), needed, needed + 60);
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Probes_ask_routes_of_the_program_that_need_no_token(string file)
    {
        foreach (var probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"])
        {
            var path = ContainerOf(file).Text(probe, "httpGet", "path");

            var route = Assert.Single(stack.Program.Routes, r => r.RoutePattern.RawText == path);
            Assert.NotNull(route.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAllowAnonymous>());
        }
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void The_readiness_probe_waits_longer_than_the_program_for_its_database(string file)
    {
        Assert.Equal("/api/health/ready", ContainerOf(file).Text("readinessProbe", "httpGet", "path"));
        Assert.True(ContainerOf(file).Number("readinessProbe", "timeoutSeconds") > 5);
        // A database that is away must not have the program killed.
        Assert.Equal("/api/health", ContainerOf(file).Text("livenessProbe", "httpGet", "path"));
    }

    [Fact]
    public void The_program_finds_the_durable_task_process_and_nobody_else_does()
    {
        var service = Manifest("chatbot.yaml", "Service", "chatbot-durable-task");
        var port = Assert.Single(service.Items("spec", "ports")).Text("port");
        var endpoint = Container.Items("env").Single(e => e.Text("name") == "DurableTask__Endpoint").Text("value");
        var policy = Manifest("chatbot.yaml", "NetworkPolicy", "chatbot-durable-task");

        Assert.Equal($"http://{service.Text("metadata", "name")}:{port}", endpoint);
        Assert.Equal(service.Text("spec", "selector", "app"), policy.Text("spec", "podSelector", "matchLabels", "app"));
        var from = Assert.Single(Assert.Single(policy.Items("spec", "ingress")).Items("from"));
        Assert.Equal("chatbot", from.Text("podSelector", "matchLabels", "app"));
        var durable = Assert.Single(Manifest("chatbot.yaml", "Deployment", "chatbot-durable-task").Items("spec", "template", "spec", "containers"));
        Assert.Contains($"ENV ASPNETCORE_HTTP_PORTS={durable.Items("ports")[0].Text("containerPort")}", Stage("durable-task"));
    }

    [Fact]
    public void The_worker_s_image_has_the_package_where_the_host_looks_for_it()
    {
        var stage = Stage("worker");

        Assert.StartsWith("mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0", stage[0], StringComparison.Ordinal);
        Assert.Contains("COPY --from=build-worker /worker /home/site/wwwroot", stage);
        Assert.Equal("80", ContainerOf("worker.yaml").Items("ports")[0].Text("containerPort"));
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

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Pods_scale_with_the_queues_of_the_program(string file)
    {
        var queues = Manifest(file, "ScaledObject").Items("spec", "triggers")
            .Where(t => t.Text("type") == "azure-queue").Select(t => t.Text("metadata", "queueName"));

        Assert.Equal(
            ChatBotApp.Functions.Queues.Select(f => f.Queue).Where(q => !q.EndsWith("-poison", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
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
                "ChatBot.Functions", "ChatBot.Shared", "infra/durable-task", "infra/vocabulary", "Directory.Build.props", "Directory.Packages.props", "global.json", "host.json",
            },
            given.ToHashSet());
    }

    private static YamlNode PodOf(string file) => Manifest(file, "Deployment").At("spec", "template", "spec")!;

    private static YamlNode ContainerOf(string file) => Assert.Single(PodOf(file).Items("containers"));

    private static YamlNode Manifest(string file, string kind, string name = "chatbot") =>
        Assert.Single(Yaml.Read("infra", "kubernetes", file), d => d.Text("kind") == kind && d.Text("metadata", "name") == name);

    private static string[] Stage(string name) =>
        File.ReadAllText(RepositoryRoot.Combine("Dockerfile")).Split("\nFROM ").Single(stage => stage.Split('\n')[0].EndsWith($" AS {name}", StringComparison.Ordinal)).Split('\n');
}
