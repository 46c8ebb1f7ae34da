using Npgsql;

namespace ChatBot.Local;

/// <summary>PgBouncer in transaction mode before a server: each transaction may get another session, as behind Supabase's pooler.</summary>
public sealed class PgBouncerServer : IAsyncDisposable
{
    /// <summary>How many sessions of the server all its clients share.</summary>
    public const int Sessions = 8;

    private const string Role = "authenticator";

    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(25);

    private readonly PgBouncerOptions _options;
    private readonly PgBouncerProgram _program;
    private ChildProcess? _process;

    private PgBouncerServer(PgBouncerOptions options, PgBouncerProgram program)
    {
        _options = options;
        _program = program;
    }

    public int Port { get; private set; }

    private string ConfigurationFile => Path.Combine(_options.Directory, "pgbouncer.ini");

    private string UsersFile => Path.Combine(_options.Directory, "users.txt");

    private ChildProcess Running => _process ?? throw new InvalidOperationException("PgBouncer is not running.");

    public static async Task<PgBouncerServer> StartAsync(PgBouncerOptions options, CancellationToken cancellationToken = default)
    {
        var pooler = new PgBouncerServer(options, await PgBouncerProgram.LocateAsync(options.Report, cancellationToken));
        await LoopbackPort.StartAsync(
            () =>
            {
                pooler.Port = LoopbackPort.Find();
                return pooler.LaunchAsync(cancellationToken);
            },
            () => [pooler.Port]);
        return pooler;
    }

    /// <summary>What the program takes: <c>postgresql://authenticator:password@host:port/postgres</c>.</summary>
    public string Uri() => new UriBuilder(_options.Server.Uri(Role)) { Port = Port }.Uri.OriginalString;

    /// <summary>What Npgsql takes.</summary>
    public string ConnectionString(bool pooled = true) => new NpgsqlConnectionStringBuilder(_options.Server.ConnectionString(Role, pooled: pooled))
    {
        Port = Port,
        NoResetOnClose = true,
    }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.EndAsync(Posix.Terminate, s_stopTimeout);
            await _process.DisposeAsync();
            _process = null;
        }
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var account = UnprivilegedAccount.WhereRoot();
        Directory.CreateDirectory(_options.Directory);
        await File.WriteAllTextAsync(ConfigurationFile, Configuration(), cancellationToken);
        await File.WriteAllTextAsync(UsersFile, $"\"{Role}\" \"{_options.Server.Password}\"\n", cancellationToken);
        if (account is not null)
        {
            Posix.GiveTo(account, _options.Directory);
            Posix.GiveTo(account, ConfigurationFile);
            Posix.GiveTo(account, UsersFile);
        }

        _process = await ChildProcess.StartAsync(new(_program.Path, ConfigurationFile)
        {
            RunAs = account,
            LogFile = _options.LogFile,
            Environment = _program.Libraries is { } libraries ? new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = libraries } : new Dictionary<string, string>(),
        });
        try
        {
            await UntilItAnswersAsync(cancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private string Configuration() => $"""
        [databases]
        * = host=127.0.0.1 port={_options.Server.Port}

        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {Port}
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = {UsersFile}
        pool_mode = transaction
        default_pool_size = {Sessions}
        max_client_conn = 1000
        server_login_retry = 1

        """;

    private async Task UntilItAnswersAsync(CancellationToken cancellationToken)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + s_startTimeout; ; await Task.Delay(s_interval, cancellationToken))
        {
            try
            {
                // Of its own: another may have taken the port, and has not this password.
                await using var connection = new NpgsqlConnection(ConnectionString(pooled: false));
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e is not PostgresException && TimeProvider.System.GetUtcNow() < deadline && !Running.HasExited)
            {
            }
            catch (NpgsqlException e) when (e is not PostgresException)
            {
                throw new LocalStackException($"PgBouncer did not start:\n{Running.Tail(15)}");
            }
        }
    }
}
