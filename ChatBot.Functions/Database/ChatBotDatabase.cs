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

    private readonly Lazy<NpgsqlDataSource> _source = new(() => Connect(settings));
    private readonly string _statementTimeout = settings.StatementTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>The first row that <paramref name="statement"/> returns, or null.</summary>
    public async Task<T?> First<T>(Caller caller, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
        where T : class
    {
        await using var rows = await Open(caller, statement, cancellation);
        var row = await rows.Reader.ReadAsync(cancellation) ? read(rows.Reader) : null;
        await rows.Complete(cancellation);
        return row;
    }

    /// <summary>The row of a statement that always returns one, like the call of a function.</summary>
    public async Task<T> One<T>(Caller caller, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await Open(caller, statement, cancellation);
        await rows.Reader.ReadAsync(cancellation);
        var row = read(rows.Reader);
        await rows.Complete(cancellation);
        return row;
    }

    public async Task<List<T>> All<T>(Caller caller, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await Open(caller, statement, cancellation);
        var all = new List<T>();
        while (await rows.Reader.ReadAsync(cancellation))
        {
            all.Add(read(rows.Reader));
        }

        await rows.Complete(cancellation);
        return all;
    }

    /// <summary>How many rows <paramref name="statement"/> changed.</summary>
    public async Task<int> Execute(Caller caller, NpgsqlBatchCommand statement, CancellationToken cancellation)
    {
        await using var rows = await Open(caller, statement, cancellation);
        await rows.Complete(cancellation);
        return (int)statement.Rows;
    }

    private async Task<OpenRows> Open(Caller caller, NpgsqlBatchCommand statement, CancellationToken cancellation)
    {
        var span = Traces.BeginStatement(statement.CommandText);
        NpgsqlConnection? connection = null;
        NpgsqlBatch? batch = null;
        try
        {
            connection = await _source.Value.OpenConnectionAsync(cancellation);
            batch = connection.CreateBatch();
            span?.SetTag("server.address", connection.Host);
            batch.BatchCommands.Add(Statement.Of(
                BecomeCaller, Parameter.Text(caller.Role), Parameter.Text(caller.Claims), Parameter.Text(_statementTimeout)));
            batch.BatchCommands.Add(statement);
            var reader = await batch.ExecuteReaderAsync(cancellation);
            var rows = new OpenRows(connection, batch, reader, span);
            await reader.NextResultAsync(cancellation);
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
                throw new UnacknowledgedException((NpgsqlException)e);
            }

            throw;
        }
    }

    private static NpgsqlDataSource Connect(DatabaseSettings settings)
    {
        // Slim: only what is asked for is linked into the binary.
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        if (_source.IsValueCreated)
        {
            await _source.Value.DisposeAsync();
        }
    }

    private static string KindOf(Exception exception) => exception is PostgresException { SqlState: var state } ? state : exception.GetType().Name;

    private sealed class OpenRows(NpgsqlConnection connection, NpgsqlBatch batch, NpgsqlDataReader reader, Activity? span) : IAsyncDisposable
    {
        // Of a read that throws it is known only that it did.
        private string? _error = "unread";

        public NpgsqlDataReader Reader => reader;

        /// <summary>Reads to the end: an error of the commit arrives there.</summary>
        public async Task Complete(CancellationToken cancellation)
        {
            try
            {
                while (await Reader.NextResultAsync(cancellation))
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

                throw new UnacknowledgedException(e);
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
