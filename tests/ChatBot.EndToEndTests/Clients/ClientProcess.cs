using System.Globalization;
using System.Text.Json.Nodes;
using ChatBot.Local;
using Xunit;

namespace ChatBot.EndToEndTests.Clients;

/// <summary>Node with the packages of one major, which plays scenarios one after the other, or with those that drive Chromium.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(120) };

    private readonly ChildProcess _process;

    private ClientProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Null where there is none.</summary>
    public static string? Chromium { get; } = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } path ? path : Executable.Find("chromium");

    public Uri Address { get; }

    public static Task<ClientProcess> Start(int major) => Start($"{major}", $"AI SDK {major}", "serve.mjs");

    /// <summary>The browser itself is started by its first scenario.</summary>
    public static Task<ClientProcess> StartChromium() => Start("browser", "The driver of Chromium", "chromium.mjs");

    /// <summary>What the scenario saw on its page.</summary>
    public async Task<JsonNode> Play(JsonObject scenario)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var answer = await s_http.PostAsync(Address, new StringContent(scenario.ToJsonString()), cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{body}\n{_process.Tail(40)}");
        return JsonNode.Parse(body)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.EndAsync(Posix.Terminate, s_stopTimeout);
        await _process.DisposeAsync();
    }

    private static async Task<ClientProcess> Start(string packages, string product, string script)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = RepositoryRoot.Combine("tests", "ChatBot.EndToEndTests", "Clients", "npm", packages);
        await new NpmFolder(folder, product).InstallAsync(Console.WriteLine, cancellationToken);

        var node = Executable.Find("node") ?? throw new LocalStackException("The clients need Node.js 20 or newer, which is not on PATH.");
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = await ChildProcess.StartAsync(new(node, Path.Combine(ClientScripts.Folder, script))
        {
            WorkingDirectory = folder,
            Environment = new Dictionary<string, string> { ["NODE_ENV"] = "production", ["CHROMIUM"] = Chromium ?? "" },
            OnLine = line => _ = int.TryParse(line, CultureInfo.InvariantCulture, out var number) && port.TrySetResult(number),
        });
        if (await Task.WhenAny(port.Task, process.Exited).WaitAsync(s_startTimeout, cancellationToken) != port.Task)
        {
            await process.DisposeAsync();
            throw new LocalStackException($"{product} could not be started:\n{process.Tail(40)}");
        }

        return new(process, new Uri($"http://127.0.0.1:{await port.Task}"));
    }
}
