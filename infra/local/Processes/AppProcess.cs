namespace ChatBot.Local;

/// <summary>One instance of the program, as a process that can be ended in every way.</summary>
public sealed class AppProcess : IAsyncDisposable
{
    private const int TailLines = 40;

    private static readonly TimeSpan s_readyTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly ChildProcess _process;

    private AppProcess(string name, int port, ChildProcess process)
    {
        Name = name;
        Port = port;
        _process = process;
    }

    public string Name { get; }

    public int Port { get; }

    public string BaseUrl => $"http://127.0.0.1:{Port}";

    public int ProcessId => _process.Id;

    /// <summary>Completes with the exit code when the process ends, asked to or not.</summary>
    public Task<int> Exited => _process.Exited;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has printed, the last ten thousand lines.</summary>
    public IReadOnlyList<string> Output => _process.Lines;

    /// <summary>Starts the process, which is not ready yet.</summary>
    public static async Task<AppProcess> StartAsync(AppProcessOptions options)
    {
        var port = options.Port ?? LoopbackPort.Find();
        var settings = new Dictionary<string, string>(options.Settings) { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" };
        var _process = await ChildProcess.StartAsync(new(options.Program.FileName, options.Program.Arguments)
        {
            Environment = settings,
            LogFile = options.LogFile,
            OnLine = options.OnLine,
            // A suspended process would outlive any other signal.
            DeathSignal = "KILL",
        });
        return new(options.Name, port, _process);
    }

    public async Task WaitUntilReadyAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var limit = timeout ?? s_readyTimeout;
        for (var deadline = TimeProvider.System.GetUtcNow() + limit; TimeProvider.System.GetUtcNow() < deadline; await Task.Delay(s_interval, cancellationToken))
        {
            if (HasExited)
            {
                throw new LocalStackException($"{Name} ended with exit code {await Exited}:\n{_process.Tail(TailLines)}");
            }

            if (await IsReadyAsync(cancellationToken))
            {
                return;
            }
        }
        throw new LocalStackException($"{Name} was not ready within {limit.TotalSeconds} s:\n{_process.Tail(TailLines)}");
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await s_http.GetAsync(new Uri($"{BaseUrl}/api/health/ready"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGSTOP: everything stands still, connections stay open.</summary>
    public void Suspend() => _process.SignalGroup(Posix.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => _process.SignalGroup(Posix.Continue);

    /// <summary>SIGTERM. Answers whether the process ended by itself in time; else it is killed.</summary>
    public Task<bool> TerminateAsync(TimeSpan? timeout = null) => _process.EndAsync(Posix.Terminate, timeout ?? s_stopTimeout);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
