using System.Diagnostics;
using System.Globalization;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using Npgsql;

namespace ChatBot.Functions.Database;

/// <summary>
/// The only way to the database. A unit of work is one batch, so one round trip and one transaction: the role and the
/// claims are set for it alone, as PostgREST does, and row level security decides what its statements see.
/// </summary>
public sealed class ChatBotDatabase(DatabaseSettings settings) : IAsyncDisposable
{
    private const string BecomeCaller =
        "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true), set_config('statement_timeout', $3, true)";

    private const string RequireAccount = "select chatbot.require_account($1)";

    private const string Nothing = "select";

    private readonly Lazy<NpgsqlDataSource> _source = new(() => Connect(settings));
    // Ready is who can reach the database, also while all connections are busy.
    private readonly Lazy<NpgsqlDataSource> _probe = new(() => Connect(settings, poolSize: 1));
    private readonly string _statementTimeout = settings.StatementTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the database answers, on a connection that is kept for this.</summary>
    /// <exception cref="NpgsqlException">It does not.</exception>
    public async Task Ping(CancellationToken cancellationToken)
    {
        await using var connection = await Rent(_probe.Value, cancellationToken);
        await using var command = new NpgsqlCommand(Nothing, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes sure that the caller's account is still there, where nothing else is done on their behalf.</summary>
    /// <exception cref="PostgresException">It is not.</exception>
    public Task CheckAccount(Caller caller, CancellationToken cancellationToken) => Execute(caller, Statement.Of(Nothing), cancellationToken);

    /// <summary>The first row that <paramref name="statement"/> returns, or null.</summary>
    public async Task<T?> First<T>(Caller caller, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        await using var rows = await Open(caller, statement, cancellationToken);
        var row = await rows.Reader.ReadAsync(cancellationToken) ? read(rows.Reader) : null;
        await rows.Complete(cancellationToken);
        return row;
    }

    /// <summary>The row of a statement that always returns one, like the call of a function.</summary>
    public async Task<T> One<T>(Caller caller, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var rows = await Open(caller, statement, cancellationToken);
        await rows.Reader.ReadAsync(cancellationToken);
        var row = read(rows.Reader);
        await rows.Complete(cancellationToken);
        return row;
    }

    public async Task<List<T>> All<T>(Caller caller, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var rows = await Open(caller, statement, cancellationToken);
        var all = new List<T>();
        while (await rows.Reader.ReadAsync(cancellationToken))
        {
            all.Add(read(rows.Reader));
        }

        await rows.Complete(cancellationToken);
        return all;
    }

    /// <summary>Hands on one row after another, until there are no more or <paramref name="read"/> says that it has enough.</summary>
    public async Task Each(Caller caller, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, bool> read, CancellationToken cancellationToken)
    {
        await using var rows = await Open(caller, statement, cancellationToken);
        while (await rows.Reader.ReadAsync(cancellationToken) && read(rows.Reader))
        {
        }

        await rows.Complete(cancellationToken);
    }

    /// <summary>How many rows <paramref name="statement"/> changed.</summary>
    public async Task<int> Execute(Caller caller, NpgsqlBatchCommand statement, CancellationToken cancellationToken)
    {
        await using var rows = await Open(caller, statement, cancellationToken);
        await rows.Complete(cancellationToken);
        return (int)statement.Rows;
    }

    private async Task<OpenRows> Open(Caller caller, NpgsqlBatchCommand statement, CancellationToken cancellationToken)
    {
        var span = Traces.BeginStatement(statement.CommandText);
        NpgsqlConnection? connection = null;
        NpgsqlBatch? batch = null;
        try
        {
            connection = await Rent(_source.Value, cancellationToken);
            batch = connection.CreateBatch();
            span?.SetTag("server.address", connection.Host);
            batch.BatchCommands.Add(Statement.Of(
                BecomeCaller, Parameter.Text(caller.Role), Parameter.Text(caller.Claims), Parameter.Text(_statementTimeout)));
            if (caller.Role == Caller.UserRole)
            {
                // A token outlives its account.
                batch.BatchCommands.Add(Statement.Of(RequireAccount, Parameter.Boolean(caller.IsErasing)));
            }

            batch.BatchCommands.Add(statement);
            var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var rows = new OpenRows(connection, batch, reader, span);
            for (var before = batch.BatchCommands.Count - 1; before > 0; before--)
            {
                await reader.NextResultAsync(cancellationToken);
            }

            return rows;
        }
        catch (Exception e)
        {
            span.Fail(KindOf(e));
            span?.Dispose();
            if (batch is null)
            {
                // Nothing was sent.
                throw;
            }

            await batch.DisposeAsync();
            await connection!.DisposeAsync();
            if (e is NpgsqlException and not PostgresException)
            {
                throw new CommitOutcomeUnknownException((NpgsqlException)e);
            }

            throw;
        }
    }

    /// <exception cref="NpgsqlException">There is none in time.</exception>
    private static async Task<NpgsqlConnection> Rent(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await source.OpenConnectionAsync(cancellationToken);
        }
        catch (TimeoutException e)
        {
            // Of one that waited for another to set up what all connections share.
            throw new NpgsqlException("The database cannot be reached in time.", e);
        }
    }

    private static NpgsqlDataSource Connect(DatabaseSettings settings, int? poolSize = null)
    {
        // Slim: only what is asked for is linked into the binary.
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = poolSize ?? builder.ConnectionStringBuilder.MaxPoolSize;
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in (Lazy<NpgsqlDataSource>[])[_source, _probe])
        {
            if (source.IsValueCreated)
            {
                await source.Value.DisposeAsync();
            }
        }
    }

    private static string KindOf(Exception exception) => exception is PostgresException { SqlState: var state } ? state : exception.GetType().Name;

    private sealed class OpenRows(NpgsqlConnection connection, NpgsqlBatch batch, NpgsqlDataReader reader, Activity? span) : IAsyncDisposable
    {
        // Of a read that throws it is known only that it did.
        private string? _error = "unread";

        public NpgsqlDataReader Reader => reader;

        /// <summary>Reads to the end: an error of the commit arrives there.</summary>
        public async Task Complete(CancellationToken cancellationToken)
        {
            try
            {
                while (await Reader.NextResultAsync(cancellationToken))
                {
                }

                await Reader.CloseAsync();
                _error = null;
            }
            catch (NpgsqlException e)
            {
                _error = KindOf(e);
                if (e is PostgresException)
                {
                    throw;
                }

                throw new CommitOutcomeUnknownException(e);
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_error is { } error)
            {
                span.Fail(error);
            }

            span?.Dispose();
            await reader.DisposeAsync();
            await batch.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
