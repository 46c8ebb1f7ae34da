using Npgsql;

namespace ChatBot.Local;

/// <summary>A real PostgreSQL server of our own, on loopback.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string Superuser = "supabase_admin";

    // Another server may have taken the port a moment before ours.
    private const string SelectDirectory = "select current_setting('data_directory')";

    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(25);

    private readonly PostgresOptions _options;
    private readonly PostgresBinaries _binaries;
    private readonly PostgresCluster _cluster;
    private ChildProcess? _process;

    private PostgresServer(PostgresOptions options, PostgresBinaries binaries)
    {
        _options = options;
        _binaries = binaries;
        _cluster = new(_options.Directory, _binaries);
    }

    public int Port { get; private set; }

    public string Version => _binaries.Version;

    public int ProcessId => Running.Id;

    /// <summary>Completes when the server process ends, asked to or not.</summary>
    public Task Exited => Running.Exited;

    private ChildProcess Running => _process ?? throw new InvalidOperationException("PostgreSQL is not running.");

    public static async Task<PostgresServer> StartAsync(PostgresOptions options, CancellationToken cancellationToken = default)
    {
        var server = new PostgresServer(options, await PostgresBinaries.LocateAsync(options.Report, cancellationToken));
        await server._cluster.PrepareAsync(options.Password, cancellationToken);
        await LoopbackPort.StartAsync(
            () =>
            {
                server.Port = LoopbackPort.Find(options.PreferredPort);
                return server.LaunchAsync(cancellationToken);
            },
            () => [server.Port]);
        return server;
    }

    /// <summary>Of all roles that log in.</summary>
    public string Password => _options.Password;

    /// <summary>What Npgsql takes. A pool keeps its connections over a restart of the server, and finds out when it uses them.</summary>
    public string ConnectionString(string role = Superuser, string database = "postgres", bool pooled = true) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = role,
        Password = _options.Password,
        Database = database,
        Pooling = pooled,
    }.ConnectionString;

    /// <summary>What everything else takes, and Supabase shows: <c>postgresql://role:password@host:port/database</c>.</summary>
    public string Uri(string role = Superuser, string database = "postgres") => $"postgresql://{role}:{_options.Password}@127.0.0.1:{Port}/{database}";

    /// <summary>Fast shutdown: open transactions are rolled back, everything committed is on disk.</summary>
    public Task StopAsync() => EndAsync(Posix.Interrupt);

    /// <summary>Crashes: every session is dropped, nothing is written any more.</summary>
    public Task KillAsync() => EndAsync(Posix.Quit);

    /// <summary>Starts again, on the same port and data; stops before where it still runs.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await _cluster.PrepareAsync(_options.Password, cancellationToken);
        await LaunchAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task EndAsync(int signal)
    {
        if (_process is null)
        {
            return;
        }

        await _process.EndAsync(signal, s_stopTimeout);
        await _process.DisposeAsync();
        _process = null;
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        _process = await ChildProcess.StartAsync(new(_binaries.Path("postgres"), [.. Arguments()])
        {
            RunAs = _cluster.Account,
            DeathSignal = "INT",
            LogFile = _options.LogFile,
        });
        try
        {
            await UntilItAnswersAsync(cancellationToken);
        }
        catch
        {
            await EndAsync(Posix.Quit);
            throw;
        }
    }

    private IEnumerable<string> Arguments()
    {
        Dictionary<string, string> settings = new()
        {
            ["listen_addresses"] = "127.0.0.1",
            // A socket's path may have 107 bytes, which a deep checkout exceeds.
            ["unix_socket_directories"] = "",
            ["max_connections"] = "200",
            ["fsync"] = _options.Durable ? "on" : "off",
            ["full_page_writes"] = _options.Durable ? "on" : "off",
            ["log_min_messages"] = "warning",
        };
        foreach (var (name, value) in _options.Settings)
        {
            settings[name] = value;
        }

        return ["-D", _cluster.Data, "-p", $"{Port}", .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })];
    }

    private async Task UntilItAnswersAsync(CancellationToken cancellationToken)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + s_startTimeout; ;)
        {
            try
            {
                if (await AnswersAsync(cancellationToken))
                {
                    return;
                }
            }
            // Refused, or "the database system is starting up": not yet. A wrong password stays wrong.
            catch (NpgsqlException failure) when (failure.SqlState is null or PostgresErrorCodes.CannotConnectNow && TimeProvider.System.GetUtcNow() < deadline)
            {
            }
            if (Running.HasExited)
            {
                throw new LocalStackException($"PostgreSQL {Version} did not start:\n{Running.Tail(15)}");
            }

            await Task.Delay(s_interval, cancellationToken);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(pooled: false));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(SelectDirectory, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is string directory && Path.GetFullPath(directory) == _cluster.Data;
    }
}
