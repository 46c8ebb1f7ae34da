namespace ChatBot.Local;

/// <summary>One instance of the program, as a process that can be ended in every way.</summary>
public sealed class AppProcess : IAsyncDisposable
{
    private const int TailLines = 40;

    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly ChildProcess process;

    private AppProcess(string name, int port, ChildProcess process)
    {
        Name = name;
        Port = port;
        this.process = process;
    }

    public string Name { get; }

    public int Port { get; }

    public string BaseUrl => $"http://127.0.0.1:{Port}";

    public int ProcessId => process.Id;

    /// <summary>Completes with the exit code when the process ends, asked to or not.</summary>
    public Task<int> Exited => process.Exited;

    public bool HasExited => process.HasExited;

    /// <summary>What it has printed, the last ten thousand lines.</summary>
    public IReadOnlyList<string> Output => process.Lines;

    /// <summary>Starts the process, which is not ready yet.</summary>
    public static async Task<AppProcess> StartAsync(AppProcessOptions options)
    {
        var port = options.Port ?? LoopbackPort.Find();
        var settings = new Dictionary<string, string>(options.Settings) { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" };
        var process = await ChildProcess.StartAsync(new(options.Program.FileName, options.Program.Arguments)
        {
            Environment = settings,
            LogFile = options.LogFile,
            OnLine = options.OnLine,
            // A suspended process would outlive any other signal.
            DeathSignal = "KILL",
        });
        return new(options.Name, port, process);
    }

    public async Task WaitUntilReadyAsync(TimeSpan? patience = null, CancellationToken cancellation = default)
    {
        var limit = patience ?? ReadyPatience;
        for (var deadline = TimeProvider.System.GetUtcNow() + limit; TimeProvider.System.GetUtcNow() < deadline; await Task.Delay(Interval, cancellation))
        {
            if (HasExited)
                throw new LocalStackException($"{Name} ended with exit code {await Exited}:\n{process.Tail(TailLines)}");
            if (await IsReadyAsync(cancellation))
                return;
        }
        throw new LocalStackException($"{Name} was not ready within {limit.TotalSeconds} s:\n{process.Tail(TailLines)}");
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellation = default)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri($"{BaseUrl}/api/health/ready"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => process.KillAsync();

    /// <summary>SIGSTOP: everything stands still, connections stay open.</summary>
    public void Suspend() => process.Signal(Posix.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => process.Signal(Posix.Continue);

    /// <summary>SIGTERM. Answers whether the process ended by itself in time; else it is killed.</summary>
    public Task<bool> TerminateAsync(TimeSpan? patience = null) => process.EndAsync(Posix.Terminate, patience ?? StopPatience);

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
