using System.Globalization;
using System.Text.Json.Nodes;
using ChatBot.Local;
using Xunit;

namespace ChatBot.EndToEndTests.Clients;

/// <summary>Node with the packages of one major, which plays scenarios one after the other.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(60);
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(120) };

    private readonly ChildProcess _process;
    private readonly Uri _address;

    private ClientProcess(ChildProcess process, Uri address)
    {
        _process = process;
        _address = address;
    }

    public static async Task<ClientProcess> Start(int major)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folder = RepositoryRoot.Combine("tests", "ChatBot.EndToEndTests", "Clients", "npm", $"{major}");
        await new NpmFolder(folder, $"AI SDK {major}").InstallAsync(Console.WriteLine, cancellation);

        var node = Executable.Find("node") ?? throw new LocalStackException("The clients need Node.js 20 or newer, which is not on PATH.");
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = await ChildProcess.StartAsync(new(node, Path.Combine(ClientScripts.Folder, "serve.mjs"))
        {
            WorkingDirectory = folder,
            Environment = new Dictionary<string, string> { ["NODE_ENV"] = "production" },
            OnLine = line => _ = int.TryParse(line, CultureInfo.InvariantCulture, out var number) && port.TrySetResult(number),
        });
        if (await Task.WhenAny(port.Task, process.Exited).WaitAsync(s_startPatience, cancellation) != port.Task)
        {
            await process.DisposeAsync();
            throw new LocalStackException($"AI SDK {major} could not be started:\n{process.Tail(40)}");
        }

        return new(process, new Uri($"http://127.0.0.1:{await port.Task}"));
    }

    /// <summary>What the scenario saw on its page.</summary>
    public async Task<JsonNode> Play(JsonObject scenario)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var answer = await s_http.PostAsync(_address, new StringContent(scenario.ToJsonString()), cancellation);
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{body}\n{_process.Tail(40)}");
        return JsonNode.Parse(body)!;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
