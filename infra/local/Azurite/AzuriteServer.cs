using Azure.Storage.Queues;

namespace ChatBot.Local;

/// <summary>Azure Storage's emulator from npm: blobs, queues and tables, on loopback.</summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    // The emulator's account and key are the same everywhere, and public.
    private const string Account = "devstoreaccount1";
    private const int SpareAccounts = 200;
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // Its own word, since an answering port may be another's.
    private const string LastReadyLine = "Azurite Table service is successfully listening";

    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(25);

    private readonly AzuriteOptions _options;
    private readonly string _script;
    private ChildProcess? _process;

    private AzuriteServer(AzuriteOptions options, string script)
    {
        _options = options;
        _script = script;
    }

    /// <summary>The program's queues.</summary>
    public static IReadOnlyList<string> Queues { get; } = ["assistant-messages", "usage-events", "assistant-messages-poison", "usage-events-poison"];

    public int BlobPort { get; private set; }

    public int QueuePort { get; private set; }

    public int TablePort { get; private set; }

    public int ProcessId => Running.Id;

    /// <summary>Completes when the process ends, asked to or not.</summary>
    public Task Exited => Running.Exited;

    public string ConnectionString => ConnectionStringOf(Account, BlobPort, QueuePort);

    /// <summary>Of an account that nobody else uses, so with queues and containers of its own, also by way of other ports.</summary>
    /// <param name="n">Which one: 0 to 199.</param>
    public string SpareConnectionString(int n, int? blobPort = null, int? queuePort = null) =>
        ConnectionStringOf(SpareAccount(n), blobPort ?? BlobPort, queuePort ?? QueuePort);

    private ChildProcess Running => _process ?? throw new InvalidOperationException("Azurite is not running.");

    public static async Task<AzuriteServer> StartAsync(AzuriteOptions options, CancellationToken cancellationToken = default)
    {
        var folder = new NpmFolder(RepositoryRoot.Combine("infra", "local", "npm", "azurite"), "Azurite");
        await folder.InstallAsync(options.Report, cancellationToken);
        var server = new AzuriteServer(options, Path.Combine(folder.Modules, "azurite", "dist", "src", "azurite.js"));
        await LoopbackPort.StartAsync(
            () =>
            {
                server.BlobPort = LoopbackPort.Find(options.PreferredBlobPort);
                server.QueuePort = LoopbackPort.Find(options.PreferredQueuePort);
                server.TablePort = LoopbackPort.Find(options.PreferredTablePort);
                return server.LaunchAsync(cancellationToken);
            },
            () => [server.BlobPort, server.QueuePort, server.TablePort]);
        return server;
    }

    /// <summary>Ends it in good order: what is stored is on disk, unless it was kept in memory.</summary>
    public Task StopAsync() => EndAsync(server => server.EndAsync(Posix.Terminate, s_stopTimeout));

    /// <summary>Ends it as a power cut does: up to its last five seconds of changes are lost.</summary>
    public Task KillAsync() => EndAsync(server => server.KillAsync());

    /// <summary>SIGSTOP: connections are taken and nothing is answered.</summary>
    public void Suspend() => Running.Signal(Posix.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Running.Signal(Posix.Continue);

    /// <summary>Starts again, on the same ports and data; stops before where it still runs.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await LaunchAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static string SpareAccount(int n) => $"spare{n:000}";

    private string ConnectionStringOf(string account, int blobPort, int queuePort) =>
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{blobPort}/{account};"
        + $"QueueEndpoint=http://127.0.0.1:{queuePort}/{account};TableEndpoint=http://127.0.0.1:{TablePort}/{account};";

    private async Task EndAsync(Func<ChildProcess, Task> end)
    {
        if (_process is null)
        {
            return;
        }

        await end(_process);
        await _process.DisposeAsync();
        _process = null;
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var node = Executable.Find("node") ?? throw new LocalStackException("Azurite needs Node.js, which is not on PATH: install Node.js 20 or newer.");
        Directory.CreateDirectory(_options.Directory);
        string[] persistence = _options.InMemory ? ["--inMemoryPersistence"] : [];
        _process = await ChildProcess.StartAsync(new(node,
        [
            _script, "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", _options.Directory,
            "--blobHost", "127.0.0.1", "--blobPort", $"{BlobPort}", "--queueHost", "127.0.0.1", "--queuePort", $"{QueuePort}",
            "--tableHost", "127.0.0.1", "--tablePort", $"{TablePort}", .. persistence,
        ])
        {
            LogFile = _options.LogFile,
            Environment = new Dictionary<string, string>
            {
                // Node 22 and newer keep there what they have compiled, for the next start.
                ["NODE_COMPILE_CACHE"] = Path.Combine(_options.Directory, "node-cache"),
                ["AZURITE_ACCOUNTS"] = string.Join(';', Enumerable.Range(0, SpareAccounts).Select(SpareAccount).Prepend(Account).Select(name => $"{name}:{Key}")),
            },
        });
        try
        {
            await UntilItAnswersAsync(cancellationToken);
            await Task.WhenAll(Queues.Select(queue => new QueueClient(ConnectionString, queue).CreateIfNotExistsAsync(cancellationToken: cancellationToken)));
        }
        catch
        {
            await KillAsync();
            throw;
        }
    }

    private async Task UntilItAnswersAsync(CancellationToken cancellationToken)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + s_startTimeout; TimeProvider.System.GetUtcNow() < deadline; await Task.Delay(s_interval, cancellationToken))
        {
            if (Running.HasExited)
            {
                throw new LocalStackException($"Azurite did not start:\n{Running.Tail(15)}");
            }

            if (Running.Lines.Any(line => line.StartsWith(LastReadyLine, StringComparison.Ordinal)))
            {
                return;
            }
        }
        throw new LocalStackException($"Azurite did not answer within {s_startTimeout.TotalSeconds} s:\n{Running.Tail(15)}");
    }
}
