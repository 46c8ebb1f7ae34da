using System.Diagnostics;

namespace ChatBot.Local;

/// <summary>PostgreSQL with the migrated schema, Azurite with the queues, the durable task process, the stand-ins, and as many instances of the program as wanted.</summary>
public sealed class LocalStack : IAsyncDisposable
{
    private readonly StackOptions _options;
    private readonly DataDirectory _data;
    private readonly StackServers _servers;
    private readonly List<AppProcess> _apps = [];

    private LocalStack(StackOptions options, DataDirectory data)
    {
        _options = options;
        _data = data;
        Settings = new(_options.Environment);
        _servers = new(_options, Settings, _data);
    }

    public bool HasPostgres => _servers.Postgres is not null;

    public bool HasAzurite => _servers.Azurite is not null;

    /// <summary>Fails where the environment names another database.</summary>
    public PostgresServer Postgres => _servers.Postgres ?? throw new InvalidOperationException("The stack runs without a PostgreSQL of its own.");

    /// <summary>Fails where the environment names another storage account.</summary>
    public AzuriteServer Azurite => _servers.Azurite ?? throw new InvalidOperationException("The stack runs without an Azurite of its own.");

    /// <summary>Fails where the stack was not asked for one.</summary>
    public PgBouncerServer Pooler => _servers.Pooler ?? throw new InvalidOperationException("The stack runs without a pooler.");

    /// <summary>Fails where the environment names another durable task process.</summary>
    public DurableTaskServer DurableTask => _servers.DurableTask ?? throw new InvalidOperationException("The stack runs without a durable task process of its own.");

    public StandInServer StandIn => _servers.StandIn!;

    public TokenMint Tokens => _servers.Tokens!;

    /// <summary>What the program is started with, but for its address.</summary>
    public IReadOnlyDictionary<string, string> AppSettings { get; private set; } = new Dictionary<string, string>();

    /// <summary>The instances that the stack was started with.</summary>
    public IReadOnlyList<AppProcess> Apps => _apps;

    /// <summary>Those running now.</summary>
    public IReadOnlyList<StackProcess> Processes =>
    [
        .. HasPostgres ? [new("postgres", Postgres.ProcessId, Postgres.Exited, _data.LogFile("postgres"))] : Array.Empty<StackProcess>(),
        .. HasAzurite ? [new("azurite", Azurite.ProcessId, Azurite.Exited, _data.LogFile("azurite"))] : Array.Empty<StackProcess>(),
        .. _servers.DurableTask is { } durable ? [new("durable-task", durable.ProcessId, durable.Exited, _data.LogFile("durable-task"))] : Array.Empty<StackProcess>(),
        .. _apps.Select(app => new StackProcess(app.Name, app.ProcessId, app.Exited, _data.LogFile(app.Name))),
    ];

    internal StackSettings Settings { get; }

    public static async Task<LocalStack> StartAsync(StackOptions options, CancellationToken cancellationToken = default)
    {
        RequireFreePorts(options);
        var stack = new LocalStack(options, await DataDirectory.OpenAsync(options.DataDirectory, options.Fresh));
        try
        {
            await stack.StartServersAsync(cancellationToken);
            await stack.StartAppsAsync(cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a further process of the program, which is not ready yet and is the caller's to end.</summary>
    public Task<AppProcess> StartAppAsync(string name, int? port = null, IReadOnlyDictionary<string, string>? overrides = null)
    {
        var own = new Dictionary<string, string>(AppSettings, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in overrides ?? new Dictionary<string, string>())
        {
            own[key] = value;
        }

        return AppProcess.StartAsync(new(_options.Program ?? AppProgram.Built(), own)
        {
            Name = name,
            Port = port,
            LogFile = _data.LogFile(name),
            OnLine = line => _options.ReportOutput(name, line),
        });
    }

    /// <summary>Ends everything in order: those who use, then those who are used.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_apps.Select(app => app.TerminateAsync()));
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        _apps.Clear();
        await _servers.DisposeAsync();
        await _data.DisposeAsync();
    }

    private static void RequireFreePorts(StackOptions options)
    {
        for (var port = options.Port; port < options.Port + options.Instances; port++)
        {
            if (!LoopbackPort.IsFree(port))
            {
                throw new LocalStackException($"Port {port} is in use: end what listens there, or choose another with --port.");
            }
        }
    }

    private async Task StartServersAsync(CancellationToken cancellationToken)
    {
        var state = _data.ReadState();
        // Before the first database is made with its password.
        state.Write(_data.StateFile);
        state = await _servers.StartAsync(state, cancellationToken);
        state.Write(_data.StateFile);
        AppSettings = Settings.Build(state, _servers.Postgres, _servers.Pooler, _servers.Azurite, _servers.DurableTask, StandIn);
    }

    private async Task StartAppsAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        for (var index = 0; index < _options.Instances; index++)
        {
            _apps.Add(await StartAppAsync($"app-{index + 1}", _options.Port + index));
        }

        await Task.WhenAll(_apps.Select(app => app.WaitUntilReadyAsync(cancellationToken: cancellationToken)));
        if (_apps.Count > 0)
        {
            _options.Report($"The program is ready on {string.Join(", ", _apps.Select(app => app.BaseUrl))} ({watch.Elapsed.TotalSeconds:0.0} s)");
        }
    }
}
