using System.Net;
using System.Net.Sockets;

namespace ChatBot.Local;

/// <summary>The process that keeps the task hub of durable orchestrations in a storage account.</summary>
public sealed class DurableTaskServer : IAsyncDisposable
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(25);

    private readonly IReadOnlyDictionary<string, string> _storage;
    private readonly string? _logFile;
    private ChildProcess? _process;

    private DurableTaskServer(IReadOnlyDictionary<string, string> storage, string? logFile) => (_storage, _logFile) = (storage, logFile);

    public int Port { get; private set; }

    /// <summary>The program's <c>DurableTask__Endpoint</c>.</summary>
    public string Url => $"http://127.0.0.1:{Port}";

    public int ProcessId => Running.Id;

    /// <summary>Completes when the process ends, asked to or not.</summary>
    public Task Exited => Running.Exited;

    private ChildProcess Running => _process ?? throw new InvalidOperationException("The durable task process is not running.");

    /// <param name="storage">The settings that name the storage account.</param>
    /// <param name="preferredPort">Taken while it is free; else another is chosen.</param>
    public static async Task<DurableTaskServer> StartAsync(
        IReadOnlyDictionary<string, string> storage, int? preferredPort = null, string? logFile = null, CancellationToken cancellationToken = default)
    {
        var server = new DurableTaskServer(storage, logFile);
        await LoopbackPort.StartAsync(
            () =>
            {
                server.Port = LoopbackPort.Find(preferredPort);
                return server.LaunchAsync(cancellationToken);
            },
            () => [server.Port]);
        return server;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync() => await Running.KillAsync();

    /// <summary>Starts again on the same port, after its end.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await DisposeAsync();
        await LaunchAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // What it has under way it has in the storage account: there is nothing to wait for.
            await _process.EndAsync(Posix.Terminate, s_stopTimeout);
            await _process.DisposeAsync();
            _process = null;
        }
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var program = AppProgram.Built("ChatBot.DurableTask", Path.Combine("infra", "durable-task"));
        _process = await ChildProcess.StartAsync(new(program.FileName, program.Arguments)
        {
            Environment = new Dictionary<string, string>(_storage) { ["ASPNETCORE_URLS"] = Url },
            LogFile = _logFile,
            DeathSignal = "KILL",
        });
        try
        {
            await UntilItListensAsync(cancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task UntilItListensAsync(CancellationToken cancellationToken)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + s_startTimeout; TimeProvider.System.GetUtcNow() < deadline; await Task.Delay(s_interval, cancellationToken))
        {
            if (Running.HasExited)
            {
                break;
            }

            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
            }
        }
        throw new LocalStackException($"The durable task process did not start:\n{Running.Tail(15)}");
    }
}
