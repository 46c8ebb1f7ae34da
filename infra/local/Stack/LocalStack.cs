using System.Diagnostics;

namespace ChatBot.Local;

/// <summary>PostgreSQL with the migrated schema, Azurite with the queues, the stand-ins, and as many instances of the program as wanted.</summary>
public sealed class LocalStack : IAsyncDisposable
{
    private readonly StackOptions options;
    private readonly DataDirectory data;
    private readonly StackServers servers;
    private readonly List<AppProcess> apps = [];

    private LocalStack(StackOptions options, DataDirectory data)
    {
        this.options = options;
        this.data = data;
        Settings = new(options.Environment);
        servers = new(options, Settings, data);
    }

    public bool HasPostgres => servers.Postgres is not null;

    public bool HasAzurite => servers.Azurite is not null;

    /// <summary>Fails where the environment names another database.</summary>
    public PostgresServer Postgres => servers.Postgres ?? throw new InvalidOperationException("The stack runs without a PostgreSQL of its own.");

    /// <summary>Fails where the environment names another storage account.</summary>
    public AzuriteServer Azurite => servers.Azurite ?? throw new InvalidOperationException("The stack runs without an Azurite of its own.");

    public StandInServer StandIn => servers.StandIn!;

    public TokenMint Tokens => servers.Tokens!;

    /// <summary>What the program is started with, but for its address.</summary>
    public IReadOnlyDictionary<string, string> AppSettings { get; private set; } = new Dictionary<string, string>();

    /// <summary>The instances that the stack was started with.</summary>
    public IReadOnlyList<AppProcess> Apps => apps;

    /// <summary>Those running now.</summary>
    public IReadOnlyList<StackProcess> Processes =>
    [
        .. HasPostgres ? [new("postgres", Postgres.ProcessId, Postgres.Exited, data.LogFile("postgres"))] : Array.Empty<StackProcess>(),
        .. HasAzurite ? [new("azurite", Azurite.ProcessId, Azurite.Exited, data.LogFile("azurite"))] : Array.Empty<StackProcess>(),
        .. apps.Select(app => new StackProcess(app.Name, app.ProcessId, app.Exited, data.LogFile(app.Name))),
    ];

    internal StackSettings Settings { get; }

    public static async Task<LocalStack> StartAsync(StackOptions options, CancellationToken cancellation = default)
    {
        RequireFreePorts(options);
        var stack = new LocalStack(options, await DataDirectory.OpenAsync(options.DataDirectory, options.Fresh));
        try
        {
            await stack.StartServersAsync(cancellation);
            await stack.StartAppsAsync(cancellation);
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
            own[key] = value;
        return AppProcess.StartAsync(new(options.Program ?? AppProgram.Built(), own)
        {
            Name = name,
            Port = port,
            LogFile = data.LogFile(name),
            OnLine = line => options.ReportOutput(name, line),
        });
    }

    /// <summary>Ends everything in order: those who use, then those who are used.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(apps.Select(app => app.TerminateAsync()));
        foreach (var app in apps)
            await app.DisposeAsync();
        apps.Clear();
        await servers.DisposeAsync();
        await data.DisposeAsync();
    }

    private static void RequireFreePorts(StackOptions options)
    {
        for (var port = options.Port; port < options.Port + options.Instances; port++)
        {
            if (!LoopbackPort.IsFree(port))
                throw new LocalStackException($"Port {port} is in use: end what listens there, or choose another with --port.");
        }
    }

    private async Task StartServersAsync(CancellationToken cancellation)
    {
        var state = data.ReadState();
        // Before the first database is made with its password.
        state.Write(data.StateFile);
        state = await servers.StartAsync(state, cancellation);
        state.Write(data.StateFile);
        AppSettings = Settings.Build(state, servers.Postgres, servers.Azurite, StandIn);
    }

    private async Task StartAppsAsync(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        for (var index = 0; index < options.Instances; index++)
            apps.Add(await StartAppAsync($"app-{index + 1}", options.Port + index));
        await Task.WhenAll(apps.Select(app => app.WaitUntilReadyAsync(cancellation: cancellation)));
        if (apps.Count > 0)
            options.Report($"The program is ready on {string.Join(", ", apps.Select(app => app.BaseUrl))} ({watch.Elapsed.TotalSeconds:0.0} s)");
    }
}
