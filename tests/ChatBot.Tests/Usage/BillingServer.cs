using System.Diagnostics.CodeAnalysis;
using ChatBot.Local;
using ChatBot.Tests.Local;
using ChatBot.Tests.Usage;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(BillingServer))]

namespace ChatBot.Tests.Usage;

/// <summary>
/// A database server for what would disturb every other user: other times, limits of the whole deployment, the closing of periods.
/// Started by the first test that asks for a database.
/// </summary>
public sealed class BillingServer : IAsyncDisposable
{
    private const string Password = "secret";
    private const string Template = "migrated";

    // The only thing that differs from a real project: a session may say what time it is, and since when that time runs on if it
    // does; it goes by the clock where it says nothing.
    private const string Clock = """
        create or replace function billing.clock()
        returns timestamptz
        language sql
        volatile
        return coalesce(
          nullif(current_setting('test.clock', true), '')::timestamptz
            + coalesce(clock_timestamp() - nullif(current_setting('test.clock_runs_since', true), '')::timestamptz, interval '0'),
          clock_timestamp()
        )
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly SemaphoreSlim _turn = new(1);
    private PostgresServer? _server;
    private int _databases;

    /// <summary>A migrated database with nothing in it.</summary>
    /// <returns>As a role with full rights.</returns>
    public async Task<string> NewDatabase()
    {
        // A template must be nobody else's while it is copied.
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _server ??= await Start();
            var name = $"billing_{++_databases}";
            await Execute(_server.ConnectionString(pooled: false), $"create database {name} template {Template}");
            return _server.ConnectionString(database: name);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives back the room that one takes.</summary>
    public Task Drop(string database)
    {
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        return Execute(_server!.ConnectionString(pooled: false), $"drop database {name} with (force)");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _turn.Dispose();
        _directory.Dispose();
    }

    private async Task<PostgresServer> Start()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var settings = new Dictionary<string, string> { ["max_connections"] = "300", ["jit"] = "off" };
        var server = await PostgresServer.StartAsync(new(_directory.Path, Password) { Durable = false, Settings = settings }, cancellationToken);
        var template = server.ConnectionString(database: Template, pooled: false);
        await Execute(server.ConnectionString(pooled: false), $"create database {Template}");
        await SupabaseObjects.CreateAsync(template, Password, cancellationToken);
        await new Migrator().ApplyAsync(server.ConnectionString("postgres", Template, pooled: false), cancellationToken);
        await Execute(template, Clock);
        return server;
    }

    [SuppressMessage("Security", "CA2100", Justification = "The texts are this class's own, and no parameter can stand for a name.")]
    private static async Task Execute(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
