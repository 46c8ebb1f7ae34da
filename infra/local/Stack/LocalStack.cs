using System.Diagnostics;

namespace ChatBot.Local;

/// <summary>PostgreSQL with the migrated schema, Azurite with the queues, the stand-ins, and as many instances of the program as wanted.</summary>
public sealed class LocalStack : IAsyncDisposable
{
    private readonly StackOptions options;
    private readonly StackSettings settings;
    private readonly DataDirectory data;
    private readonly List<AppProcess> apps = [];
    private StackState state;
    private PostgresServer? postgres;
    private AzuriteServer? azurite;
    private StandInServer? standIn;
    private SigningKey? signingKey;

    private LocalStack(StackOptions options, DataDirectory data)
    {
        this.options = options;
        this.data = data;
        settings = new(options.Environment);
        state = data.ReadState();
    }

    /// <summary>Fails where the environment names another database.</summary>
    public PostgresServer Postgres => postgres ?? throw new InvalidOperationException("The stack runs without a PostgreSQL of its own.");

    /// <summary>Fails where the environment names another storage account.</summary>
    public AzuriteServer Azurite => azurite ?? throw new InvalidOperationException("The stack runs without an Azurite of its own.");

    public StandInServer StandIn => standIn!;

    public TokenMint Tokens { get; private set; } = null!;

    /// <summary>What the program is started with, but for its address.</summary>
    public IReadOnlyDictionary<string, string> AppSettings { get; private set; } = null!;

    /// <summary>The instances that the stack was started with.</summary>
    public IReadOnlyList<AppProcess> Apps => apps;

    /// <summary>Those running now.</summary>
    public IReadOnlyList<StackProcess> Processes =>
    [
        .. postgres is null ? Array.Empty<StackProcess>() : [new("postgres", postgres.ProcessId, postgres.Exited)],
        .. azurite is null ? Array.Empty<StackProcess>() : [new("azurite", azurite.ProcessId, azurite.Exited)],
        .. apps.Select(app => new StackProcess(app.Name, app.ProcessId, app.Exited)),
    ];

    public bool HasPostgres => postgres is not null;

    public bool HasAzurite => azurite is not null;

    internal StackSettings Settings => settings;

    public static async Task<LocalStack> StartAsync(StackOptions options, CancellationToken cancellation = default)
    {
        var data = await DataDirectory.OpenAsync(options.DataDirectory, options.Fresh);
        var stack = new LocalStack(options, data);
        try
        {
            stack.RequireFreePorts();
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
        if (azurite is not null)
            await azurite.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
        if (standIn is not null)
            await standIn.DisposeAsync();
        signingKey?.Dispose();
        await data.DisposeAsync();
    }

    private void RequireFreePorts()
    {
        for (var port = options.Port; port < options.Port + options.Instances; port++)
        {
            if (!LoopbackPort.IsFree(port))
                throw new LocalStackException($"Port {port} is in use: end what listens there, or choose another with --port.");
        }
    }

    private async Task StartServersAsync(CancellationToken cancellation)
    {
        // Before the first database is made with its password.
        state.Write(data.StateFile);
        // All of them, before any failure is told: what has started has to be ended.
        await Task.WhenAll(
            settings.OwnDatabase ? StartPostgresAsync(cancellation) : Task.CompletedTask,
            settings.OwnStorage ? StartAzuriteAsync(cancellation) : Task.CompletedTask,
            StartStandInAsync(cancellation));

        state = state with { PostgresPort = postgres?.Port ?? state.PostgresPort, BlobPort = azurite?.BlobPort ?? state.BlobPort, QueuePort = azurite?.QueuePort ?? state.QueuePort, StandInPort = StandIn.Port };
        state.Write(data.StateFile);
        AppSettings = settings.Build(state, postgres, azurite, StandIn);
    }

    private async Task StartPostgresAsync(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        postgres = await PostgresServer.StartAsync(new(data.Postgres, state.Password)
        {
            PreferredPort = state.PostgresPort,
            Durable = options.Durable,
            Settings = options.PostgresSettings,
            LogFile = data.LogFile("postgres"),
            Report = options.Report,
        }, cancellation);
        options.Report($"PostgreSQL {postgres.Version} ready on 127.0.0.1:{postgres.Port} ({watch.Elapsed.TotalSeconds:0.0} s)");
        await new Schema(options, state.Password).PrepareAsync(postgres, cancellation);
    }

    private async Task StartAzuriteAsync(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        azurite = await AzuriteServer.StartAsync(new(data.Azurite)
        {
            PreferredBlobPort = state.BlobPort,
            PreferredQueuePort = state.QueuePort,
            LogFile = data.LogFile("azurite"),
            Report = options.Report,
        }, cancellation);
        options.Report($"Azurite ready: queues on 127.0.0.1:{azurite.QueuePort}, blobs on 127.0.0.1:{azurite.BlobPort} ({watch.Elapsed.TotalSeconds:0.0} s)");
    }

    private async Task StartStandInAsync(CancellationToken cancellation)
    {
        signingKey = SigningKey.Import(state.SigningKeyId, state.SigningKey);
        standIn = await StandInServer.StartAsync(new(signingKey), state.StandInPort, cancellation);
        Tokens = new(standIn.Url, signingKey, state.JwtSecret);
        options.Report($"Model stand-in ready on 127.0.0.1:{standIn.Port}");
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
